"""`python -m delivery`."""

import entry

if __name__ == "__main__":
    entry.run("delivery.cli", "Interrupted. An update that ran is told by `pulumi stack history`.")
