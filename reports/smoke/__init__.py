"""After a deployment: does the pair serve what was asked for?"""
