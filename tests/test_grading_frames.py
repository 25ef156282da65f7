"""Les messages entiers entre qui surveille et le processus d’un élève."""

from __future__ import annotations

import socket
import threading

import pytest

from coursekit.grading.children import GoneError
from coursekit.grading.frames import Channel
from coursekit.grading.vocabulary import Ending

MESSAGES = (b"", b"x", b"\x00" * 10, "é".encode() * 3, b"y" * 3_000_000)


def pair(max_message: int = 4_000_000) -> tuple[Channel, Channel]:
    ours, theirs = Channel.pair(max_message)
    return ours, Channel(theirs, max_message)


@pytest.mark.parametrize("message", MESSAGES, ids=len)
def test_a_message_arrives_whole(message: bytes) -> None:
    ours, theirs = pair()
    sender = threading.Thread(target=ours.send, args=(message,))
    sender.start()
    assert theirs.receive(5) == message
    sender.join(5)


def test_messages_keep_their_order_and_their_borders() -> None:
    ours, theirs = pair()
    for message in (b"un", b"", b"deux"):
        ours.send(message)
    assert [theirs.receive(5) for _ in range(3)] == [b"un", b"", b"deux"]


def test_a_message_of_the_largest_size_passes_and_one_more_byte_does_not() -> None:
    ours, theirs = pair(1000)
    ours.send(b"x" * 1000)
    assert theirs.receive(5) == b"x" * 1000
    with pytest.raises(GoneError, match="1001 octets dépasse la limite de 1000") as caught:
        ours.send(b"x" * 1001)
    assert caught.value.ending is Ending.OUTPUT


def test_a_refused_message_leaves_the_channel_as_it_was() -> None:
    ours, theirs = pair(1000)
    with pytest.raises(GoneError):
        ours.send(b"x" * 1001)
    ours.send(b"suite")
    assert theirs.receive(5) == b"suite"


@pytest.mark.parametrize("header", [b"\xff\xff\xff\xff", (1001).to_bytes(4, "big")])
def test_an_announced_size_above_the_limit_is_never_read(header: bytes) -> None:
    raw, other = socket.socketpair()
    raw.sendall(header)
    with pytest.raises(GoneError) as caught:
        Channel(other, 1000).receive(5)
    assert caught.value.ending is Ending.OUTPUT


def test_silence_ends_at_the_deadline() -> None:
    ours, _theirs = pair()
    with pytest.raises(GoneError, match="en 0,01 s") as caught:
        ours.receive(0.01)
    assert caught.value.ending is Ending.TIMEOUT


def test_a_late_half_is_joined_to_the_first_one() -> None:
    raw, other = socket.socketpair()
    channel = Channel(other)
    raw.sendall(b"\x00\x00\x00\x04de")
    with pytest.raises(GoneError):
        channel.receive(0.01)
    raw.sendall(b"mi")
    assert channel.receive(5) == b"demi"


@pytest.mark.parametrize("half", [b"", b"\x00\x00", b"\x00\x00\x00\x04de"])
def test_a_closed_end_is_a_crash_even_in_the_middle_of_a_message(half: bytes) -> None:
    raw, other = socket.socketpair()
    raw.sendall(half)
    raw.close()
    with pytest.raises(GoneError) as caught:
        Channel(other).receive(5)
    assert caught.value.ending is Ending.CRASHED


def test_writing_to_who_does_not_read_ends_at_the_deadline_and_resumes() -> None:
    ours, theirs = pair()
    big = b"z" * 3_000_000
    with pytest.raises(GoneError) as caught:
        ours.send(big, seconds=0.05)
    assert caught.value.ending is Ending.TIMEOUT
    rest = threading.Thread(target=ours.send, args=(b"fin",))
    rest.start()
    assert (theirs.receive(5), theirs.receive(5)) == (big, b"fin")
    rest.join(5)


def test_writing_to_a_closed_end_is_a_crash() -> None:
    ours, theirs = pair()
    theirs.close()
    with pytest.raises(GoneError) as caught:
        ours.send(b"x")
    assert caught.value.ending is Ending.CRASHED


def test_threads_never_mix_their_messages() -> None:
    ours, theirs = pair()
    letters = [bytes([65 + rank]) * 200_000 for rank in range(8)]
    threads = [threading.Thread(target=ours.send, args=(letter,)) for letter in letters]
    for thread in threads:
        thread.start()
    assert sorted(theirs.receive(5) for _ in letters) == letters
    for thread in threads:
        thread.join(5)
