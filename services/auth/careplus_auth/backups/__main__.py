"""`python -m careplus_auth.backups SINCE`: make the backup that is due since an instant, unless another process does."""

import os
import signal
import sys
from datetime import datetime

from careplus_auth.backups.making import make_backup
from careplus_auth.backups.refusing import BackupFailed
from careplus_runtime.process.settings import SettingsError, load_settings

if __name__ == "__main__":
    # an exception, so that the unfinished copy is deleted
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("the backup was ended"))
    # the services come first
    os.nice(10)
    try:
        made = make_backup(load_settings(), datetime.fromisoformat(sys.argv[1]))
    except (BackupFailed, SettingsError) as reason:
        sys.exit(str(reason))
    if made is not None:
        sys.stdout.write(f"{made.file}\n")
