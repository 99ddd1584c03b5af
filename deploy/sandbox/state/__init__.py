"""Where the sandbox remembers: one SQLite file, a clock that can be moved, timers."""
