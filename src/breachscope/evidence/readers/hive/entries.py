"""The entries of a hive that tell of storage, in a fixed order."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE: Final = 4096
UNREADABLE: Final = "the entry cannot be read"
LOST: Final = "some of the keys below cannot be read"
VALUES_LOST: Final = "some of the key's values cannot be read"
A_DEVICE: Final = "a device: told by show devices"
A_VOLUME: Final = "a volume: told by show devices"
BUILT_IN: Final = "not storage that is plugged in"
SAME_MOMENT: Final = "the same moment as the first installation"
OTHER_SET: Final = "stands in the current control set as well"

_DATES: Final = "{83da6326-97a6-4088-9453-a1923f573b29}"
_MOMENTS: Final = {
    "0065": ("first installed", "connect"),
    "0064": ("installed", "connect"),
    "0066": ("last arrival", "connect"),
    "0067": ("last removal", "disconnect"),
}
_DRIVERS: Final = {"USBSTOR": "usbstor", "UASPSTOR": "uas", "WUDFWPDMTP": "mtp"}
_SIGNATURE_BYTES: Final = 12
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)

Fact = tuple[str, str, datetime | None]
"""Field, value, and when, where the registry says."""


@dataclass(slots=True)
class Entry:
    """One entry: a row of media where it has an action, else a reason to skip it, or a fault."""

    key: str
    byte: int | None = None
    action: str | None = None
    at: datetime | None = None
    what: str = ""
    path: str | None = None  # the device's instance path
    link: str | None = None  # what a volume is known by where no path is given
    skipped: str = ""
    fault: str = ""
    facts: list[Fact] = field(default_factory=list)


def host_of(hive: Any) -> str | None:
    """The computer's name, as the current control set has it."""
    for control in control_sets(hive):
        key = descended(control, "Control", "ComputerName", "ComputerName")
        name = _one(key, "ComputerName")
        if name and isinstance(name, str):
            return name
    return None


def user_of(hive: Any) -> str | None:
    """Whose NTUSER.DAT it is, by the folder it lay in."""
    name = str(hive.header.file_name or "").rstrip("\0")
    found = re.search(r"([^\\]+)\\ntuser\.dat$", name, re.IGNORECASE)
    return found[1] if found else None


def entries(hive: Any) -> Iterator[Entry]:
    """Every entry that tells of storage: SYSTEM's, then a user's."""
    seen: set[tuple[str, str, datetime | None]] = set()
    for control in control_sets(hive):
        for part, devices in (("USBSTOR", _stores), ("USB", _usb)):
            root = descended(control, "Enum", part)
            for entry in devices(root, f"{control.name}\\Enum\\{part}") if root else ():
                known = (entry.key.partition("\\")[2], entry.what, entry.at)
                if known in seen and not entry.fault:
                    entry.action, entry.skipped, entry.facts = None, OTHER_SET, []
                seen.add(known)
                yield entry
    mounted = descended(hive.root, "MountedDevices")
    yield from _mounted(mounted) if mounted else ()
    explorer = ("Software", "Microsoft", "Windows", "CurrentVersion", "Explorer", "MountPoints2")
    points = descended(hive.root, *explorer)
    yield from _points(points, "\\".join(explorer)) if points else ()


def control_sets(hive: Any) -> list[Any]:
    """Control sets, the current one first."""
    number = _one(descended(hive.root, "Select"), "Current")
    current = f"ControlSet{number if isinstance(number, int) else 0:03d}"
    found = [key for key in _subkeys(hive.root) if re.fullmatch(r"ControlSet\d{3}", key.name)]
    return sorted(found, key=lambda key: (key.name != current, key.name))


def descended(key: Any, *names: str) -> Any:
    """The key that many levels down; None if one is not there."""
    for name in names:
        if key is None:
            return None
        key = next((sub for sub in _subkeys(key) if sub.name.casefold() == name.casefold()), None)
    return key


def _subkeys(key: Any) -> list[Any]:
    """The keys below, as far as they can be read."""
    found = []
    try:
        for sub in key.iter_subkeys():
            # What was read before the damage is kept.
            found.append(sub)  # noqa: PERF402
    except Exception:  # a broken hive raises whatever the library meets in it
        return found
    return found


def _lost(key: Any, path: str) -> Iterator[Entry]:
    """An entry of its own where fewer keys can be read than the key says it has."""
    if len(_subkeys(key)) < int(key.subkey_count):
        yield Entry(path, _byte(key), fault=LOST)


def _stores(root: Any, path: str) -> Iterator[Entry]:
    """USBSTOR: for each device its entry, then its times."""
    yield from _lost(root, path)
    for kind in _subkeys(root):
        yield from _lost(kind, f"{path}\\{kind.name}")
        for instance in _subkeys(kind):
            name = f"USBSTOR\\{kind.name}\\{instance.name}"
            yield from _device(instance, f"{path}\\{kind.name}\\{instance.name}", name, "usbstor")


def _device(instance: Any, key: str, name: str, bus: str) -> Iterator[Entry]:
    entry = Entry(key, _byte(instance), path=name, skipped=A_DEVICE)
    try:
        values = _values(instance)
        entry.facts = _told(values, bus)
        moments = _moments(instance)
    except Exception:  # as above
        entry.skipped, entry.fault = "", UNREADABLE
        yield entry
        return
    yield entry
    if len(_values_read(instance)) < int(instance.values_count):
        yield Entry(key, entry.byte, fault=VALUES_LOST)
    for what, action, at, byte in moments:
        made = Entry(key, byte, action, at, what, name)
        made.facts = [(what, "", at)]
        if what == "installed" and ("first installed", at) in [(m[0], m[2]) for m in moments]:
            made.action, made.skipped, made.facts = None, SAME_MOMENT, []
        yield made


def _usb(root: Any, path: str) -> Iterator[Entry]:
    """USB: the function a stick hangs on, and storage that is not under USBSTOR."""
    yield from _lost(root, path)
    for kind in _subkeys(root):
        yield from _lost(kind, f"{path}\\{kind.name}")
        for instance in _subkeys(kind):
            key, name = (
                f"{path}\\{kind.name}\\{instance.name}",
                f"USB\\{kind.name}\\{instance.name}",
            )
            entry = Entry(key, _byte(instance), path=name, skipped=A_DEVICE)
            try:
                values = _values(instance)
                bus = _DRIVERS.get(str(values.get("Service", "")).upper())
                if bus is None:
                    entry.path, entry.skipped = None, BUILT_IN
                else:
                    entry.facts = _told(values, bus)
                    if bus != "usbstor":  # a stick's times stand under USBSTOR
                        entry.facts += [(what, "", at) for what, _, at, _ in _moments(instance)]
            except Exception:  # as above
                entry.path, entry.skipped, entry.fault = None, "", UNREADABLE
            yield entry


def _told(values: dict[str, Any], bus: str) -> list[Fact]:
    said = {
        "bus": bus,
        "name": values.get("FriendlyName") or str(values.get("DeviceDesc", "")).rpartition(";")[2],
        "container": values.get("ContainerID"),
    }
    return [(field_, str(value), None) for field_, value in said.items() if value]


def _moments(instance: Any) -> list[tuple[str, str, datetime, int | None]]:
    """First installed, installed, last arrival, last removal: what, action, when, byte."""
    group = descended(instance, "Properties", _DATES)
    found = {key.name.lstrip("0").rjust(4, "0"): key for key in _subkeys(group)} if group else {}
    moments = []
    for name, (what, action) in _MOMENTS.items():
        at = _time(found[name]) if name in found else None
        if at is not None:
            moments.append((what, action, at, _byte(group)))
    return moments


def _time(key: Any) -> datetime | None:
    """The time a property holds; Windows 7 keeps it one key down, as bytes."""
    holders = [key, *_subkeys(key)]
    for value in (value for holder in holders for value in _values(holder).values()):
        if isinstance(value, datetime):
            return value
        if isinstance(value, bytes) and len(value) == 8:
            return _moment(struct.unpack("<Q", value)[0])
    return None


def _moment(ticks: int) -> datetime:
    """Tenths of microseconds since 1601.

    Raises:
        OverflowError: no calendar reaches so far.
    """
    return _EPOCH + timedelta(microseconds=ticks // 10)


def _mounted(key: Any) -> Iterator[Entry]:
    r"""Drive letters and volumes: \DosDevices\E: and \??\Volume{GUID}."""
    found = _values_read(key)
    if len(found) < int(key.values_count):
        yield Entry("MountedDevices", fault=VALUES_LOST)
    for name, value in found:
        entry = Entry(f"MountedDevices\\{name}", skipped=A_VOLUME)
        drive = re.search(r"\\DosDevices\\([A-Z]:)$", name, re.IGNORECASE)
        volume = re.search(r"Volume(\{[0-9a-f-]+\})", name, re.IGNORECASE)
        data = value if isinstance(value, bytes) else b""
        text = data.decode("utf-16-le", errors="replace")
        if "USBSTOR" in text.upper() or "WPDBUSENUM" in text.upper():
            entry.path = text
        elif len(data) == _SIGNATURE_BYTES:
            entry.link = "signature:" + data[:4][::-1].hex().upper()
        else:
            entry.skipped = BUILT_IN
        if drive:
            entry.facts.append(("drive", drive[1].upper(), None))
        if volume:
            entry.facts.append(("volume", volume[1].lower(), None))
        if entry.skipped == BUILT_IN:
            entry.facts = []
        yield entry


def _points(key: Any, path: str) -> Iterator[Entry]:
    """The volumes a user's desktop has met, with when each was last met."""
    yield from _lost(key, path)
    for point in _subkeys(key):
        entry = Entry(f"{path}\\{point.name}", skipped=BUILT_IN)
        if re.fullmatch(r"\{[0-9a-f-]+\}", point.name, re.IGNORECASE):
            entry.skipped, entry.link = A_VOLUME, f"volume:{point.name.lower()}"
            try:
                written = _moment(int(point.header.last_modified))
            except OverflowError:
                entry.skipped, entry.fault = "", UNREADABLE
            else:
                entry.facts.append(("user", "", written))
        yield entry


def _values(key: Any) -> dict[str, Any]:
    return {value.name: value.value for value in key.iter_values(trim_values=False)}


def _values_read(key: Any) -> list[tuple[str, Any]]:
    """Name and value of each, as far as they can be read: a broken one ends the list."""
    found = []
    try:
        for value in key.iter_values(trim_values=False):
            found.append((value.name, value.value))  # noqa: PERF401  as in `_subkeys`
    except Exception:  # as above
        return found
    return found


def _one(key: Any, name: str) -> Any:
    """One value of a key; None where key or value is not there or cannot be read."""
    found = [] if key is None else _values_read(key)
    return next((value for own, value in found if own == name), None)


def _byte(key: Any) -> int | None:
    """Where a key's cell begins in the file, as its first subkey tells, if a key stands there."""
    first = next(iter(_subkeys(key)), None) if key is not None else None
    if first is None:
        return None
    byte = BASE + int(first.header.parent_key_offset)
    whole = key._stream.getbuffer()  # the library has no other way to the bytes
    return byte if whole[byte + 4 : byte + 6] == b"nk" else None
