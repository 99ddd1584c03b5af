"""Rules without waiting, clocks or dice: arguments in, values out."""
