"""Services of AWS that the emulator lacks or answers only in part."""
