"""What the `sapa` command can do, one file each; imported only when it is asked for."""
