"""Both accounts on this machine: the emulator, the deployer, the traffic and the report of `make local`.

Nothing here is deployed, and nothing here is imported by what is.
"""
