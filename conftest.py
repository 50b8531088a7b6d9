"""The plugin comes with the installed package (entry point ``halfpixel``); nothing else is needed here."""
