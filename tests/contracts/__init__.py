"""Machine-readable contracts of the platforms we talk to; the emulators and the tests check every exchange against them."""
