"""A Merkle tree as RFC 6962 hashes it: roots, proofs of inclusion and of consistency, and their checks. Pure.

A node is named (level, position): the complete subtree over the leaves position * 2**level up to (position + 1) * 2**level - 1. Whoever
keeps the nodes of a log answers every proof with a logarithmic number of them. Hashes are 32 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

Node = tuple[int, int]
Range = tuple[int, int]
"""The leaves from the first number up to, and without, the second."""
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962, 2.1: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, 2.1: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def peaks(start: int, end: int) -> list[Node]:
    """The complete subtrees that make up the leaves [start, end), left to right. `start` is 0 or a range's of a proof."""
    found = []
    for level in reversed(range((end - start).bit_length())):
        if (end - start) >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over the peaks, given left to right."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for one in reversed(hashes[:-1]):
        root = node_hash(one, root)
    return root


def grow(kept: Sequence[bytes], size: int, leaf: bytes) -> tuple[list[tuple[int, int, bytes]], list[bytes]]:
    """Append a leaf's hash to a tree of `size` leaves with the peaks `kept`: (level, position, hash) of the subtrees it completes (the leaf
    itself is not among them), and the new peaks."""
    rest, made, top, level = list(kept), [], leaf, 0
    while size >> level & 1:
        top = node_hash(rest.pop(), top)
        level += 1
        made.append((level, size >> level, top))
    return made, [*rest, top]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def inclusion(index: int, size: int) -> list[Range]:
    """RFC 6962, 2.1.1: the ranges whose roots prove that leaf `index` is in the tree of `size`, from the leaf upward."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency(old: int, new: int) -> list[Range]:
    """RFC 6962, 2.1.2: the ranges whose roots prove that the tree of `old` leaves is the beginning of that of `new`."""
    if not 0 <= old <= new:
        raise ValueError("a log only grows")
    if old in {0, new}:
        return []
    start, end, path, whole = 0, new, [], True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    return ([] if whole else [(start, end)]) + path[::-1]


def nodes_of(ranges: Iterable[Range]) -> set[Node]:
    """The nodes from which the ranges' roots are made."""
    return {node for start, end in ranges for node in peaks(start, end)}


def roots(ranges: Iterable[Range], hash_of: Callable[[Node], bytes]) -> list[bytes]:
    """The ranges' roots."""
    return [fold([hash_of(node) for node in peaks(start, end)]) for start, end in ranges]


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does `proof` lead from the leaf's hash to `root`? The algorithm of RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(one, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Is the tree of `old` leaves the beginning of that of `new`? The algorithm of RFC 9162, 2.1.4.2."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == EMPTY and (new > 0 or new_root == EMPTY)
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, one)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
