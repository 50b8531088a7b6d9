"""The suite: cases, goldens, trials, verdicts, sweeps and misreadings."""
