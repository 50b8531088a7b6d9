"""What every call follows, by release."""
