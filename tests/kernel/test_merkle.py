"""The tree against a naive one written from RFC 6962 here, and against the test data of certificate transparency."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kernel import merkle

# A naive Merkle tree: RFC 6962, section 2.1, word for word.


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


class Log:
    """Ours: peaks and complete subtrees' nodes, as the database keeps them."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[merkle.Node, bytes] = {}
        self.roots = [merkle.EMPTY]
        peaks: list[bytes] = []
        for place, data in enumerate(leaves):
            self.nodes[0, place] = merkle.leaf_hash(data)
            made, peaks = merkle.grow(peaks, place, self.nodes[0, place])
            self.nodes |= {(level, position): said for level, position, said in made}
            self.roots.append(merkle.fold(peaks))

    def answer(self, ranges: list[merkle.Range]) -> list[bytes]:
        return merkle.roots(ranges, self.nodes.__getitem__)


LEAVES = [
    bytes.fromhex(said) for said in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = """
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4 76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c 5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()
P01, P23, P4567 = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)  # fmt: skip
L4, N67, N03 = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ROOTS[3],
)  # fmt: skip


def test_the_vectors_of_certificate_transparency() -> None:
    log = Log(LEAVES)
    assert merkle.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert [root.hex() for root in log.roots[1:]] == ROOTS
    said = {(0, 1): [], (0, 8): [P01, P23, P4567], (5, 8): [L4, N67, N03], (2, 3): [ROOTS[1]], (1, 5): [ROOTS[0], P23, L4]}
    for (index, size), proof in said.items():
        assert [one.hex() for one in log.answer(merkle.inclusion(index, size))] == proof
    assert [one.hex() for one in log.answer(merkle.consistency(1, 8))] == [P01, P23, P4567]
    assert [one.hex() for one in log.answer(merkle.consistency(6, 8))] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", N67, N03,
    ]  # fmt: skip
    assert [one.hex() for one in log.answer(merkle.consistency(2, 5))] == [P23, L4]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_every_proof_is_that_of_the_naive_tree_and_holds(leaves: list[bytes], data: st.DataObject) -> None:
    log, size = Log(leaves), data.draw(st.integers(1, len(leaves)))
    assert log.roots[size] == mth(leaves[:size])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    proof = log.answer(merkle.inclusion(index, size))
    assert proof == path(index, leaves[:size])
    leaf = merkle.leaf_hash(leaves[index])
    assert merkle.proves_inclusion(leaf, index, size, proof, log.roots[size])
    between = log.answer(merkle.consistency(old, size))
    assert between == subproof(old, leaves[:size], True)
    assert merkle.proves_consistency(old, size, between, log.roots[old], log.roots[size])


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.data())
def test_no_changed_proof_holds(size: int, data: st.DataObject) -> None:
    log = Log([bytes([n]) for n in range(size)])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    proof, between = log.answer(merkle.inclusion(index, size)), log.answer(merkle.consistency(old, size))
    leaf, root = merkle.leaf_hash(bytes([index])), log.roots[size]
    other = bytes(32)
    for place in range(len(proof)):
        assert not merkle.proves_inclusion(leaf, index, size, [*proof[:place], other, *proof[place + 1 :]], root)
    for wrong in (proof[:-1], [*proof, other]):
        assert not merkle.proves_inclusion(leaf, index, size, wrong, root)
    assert not merkle.proves_inclusion(other, index, size, proof, root)
    assert not merkle.proves_inclusion(leaf, index, size, proof, other)
    assert not merkle.proves_inclusion(leaf, (index + 1) % size, size, proof, root)
    for place in range(len(between)):
        assert not merkle.proves_consistency(old, size, [*between[:place], other, *between[place + 1 :]], log.roots[old], root)
    assert not merkle.proves_consistency(old, size, [*between, other], log.roots[old], root)
    assert not merkle.proves_consistency(old, size, between, other, root)
    assert not merkle.proves_consistency(old, size, between, log.roots[old], other)


def test_the_ends_of_consistency() -> None:
    empty, root = merkle.EMPTY, merkle.leaf_hash(b"x")
    assert merkle.proves_consistency(0, 0, [], empty, empty) and merkle.proves_consistency(0, 1, [], empty, root)
    assert merkle.proves_consistency(1, 1, [], root, root) and not merkle.proves_consistency(1, 1, [], root, empty)
    assert not merkle.proves_consistency(2, 1, [], root, root) and not merkle.proves_consistency(0, 1, [], root, root)
    assert not merkle.proves_consistency(1, 1, [root], root, root)


@pytest.mark.parametrize("size", [1_000_000, 1 << 20, (1 << 20) - 1])
def test_a_proof_in_a_million_leaves_is_short(size: int) -> None:
    for index in (0, size // 2, size - 1):
        assert len(merkle.inclusion(index, size)) <= 20
        assert len(merkle.nodes_of(merkle.inclusion(index, size))) <= 40
    assert len(merkle.consistency(size // 3, size)) <= 21
