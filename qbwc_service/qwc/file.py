"""The values of one .qwc file, and what a person at the QuickBooks PC needs besides it.

Names are Intuit's in snake_case; the meaning of each is in the Web Connector's guide, table 4-1.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class QwcFile:
    """Everything that can stand in a .qwc file; a value of None (or an empty optional text) is left out of it.

    ``owner_id`` identifies this deployment and never changes; ``file_id`` identifies one company file, is made once
    per connection and is the same in every download; ``user_name`` belongs to one install. ``app_name`` is also the
    name in QuickBooks' list of integrated applications: renaming it means a new authorisation. ``auth_flags`` is a
    bit set of QuickBooks editions (1 Simple Start, 2 Pro, 4 Premier, 8 Enterprise; 0 or None = all).
    ``is_read_only`` exists to be refused: adding the application writes to the company file.
    """

    app_name: str
    app_url: str
    app_description: str
    app_support: str
    user_name: str
    owner_id: str
    file_id: str
    app_id: str = ""
    qb_type: str = "QBFS"
    app_display_name: str | None = None
    app_unique_name: str | None = None
    auth_flags: int | None = None
    cert_url: str | None = None
    is_read_only: bool = False
    notify: bool | None = None
    personal_data_pref: str | None = "pdpNotNeeded"
    unattended_mode_pref: str | None = "umpOptional"
    run_every_n_minutes: int | None = None
    run_every_n_seconds: int | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallSetup:
    """What one person needs to set up one install: the file, the user name, the password.

    ``rotation`` counts how often the password was changed; a setup link made before the last change shows nothing.
    ``revoked`` is true where the install may no longer sign in; its setup page then says so and gives nothing away.
    """

    connection_name: str
    install_label: str
    user_name: str
    password: str = field(repr=False)
    qwc: QwcFile
    rotation: int = 0
    revoked: bool = False
