// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CouncilStore} from "../libraries/Council.sol";
import {Entry} from "../libraries/Entry.sol";
import {Tally} from "../libraries/Quorum.sol";
import {Agreements} from "./Agreements.sol";

/// @title Changes that wait for their delay
abstract contract Schedules is Agreements {
    using CouncilStore for bytes;
    using CouncilStore for uint32;

    /// @dev How long a ripe change can be carried out.
    int256 internal constant GRACE = 14 days;

    /// @dev Records of one scheduled message: their number is kept in a byte.
    uint256 private constant MAX_SCHEDULED = type(uint8).max;

    /// @dev Starts the delay of a change that its records agreed to. What needs none is not scheduled: anybody could, with
    /// signatures that are public, so that it outlives its deadline and can no longer be revoked.
    function _schedule(bytes32 digest, Kind kind, Tally[] memory tallies) internal {
        _assertUnscheduled(digest);
        if (kind != Kind.Commitment && !_isDelayed(tallies)) revert DelayNotNeeded();
        if (tallies.length > MAX_SCHEDULED) revert TooManyRecords(tallies.length, MAX_SCHEDULED);
        for (uint256 i = 0; i < tallies.length; ++i) {
            address contractAddress = tallies[i].contractAddress;
            Entry storage entry = _entries[contractAddress];
            uint32 paused = uint32(_pausedSeconds(entry));
            if (i == 0) {
                _scheduled[digest] = Scheduled({
                    since: uint40(block.timestamp),
                    status: Status.Waiting,
                    kind: kind,
                    records: uint8(tallies.length),
                    contractAddress: contractAddress,
                    paused: paused
                });
            } else {
                _parts[digest][i] = Part({contractAddress: contractAddress, paused: paused});
            }
            if (entry.flags & SCHEDULED != 0) _previous[contractAddress][digest] = _latest[contractAddress];
            else entry.flags |= SCHEDULED;
            _latest[contractAddress] = digest;
        }
    }

    function _isDelayed(Tally[] memory tallies) private pure returns (bool isDelayed) {
        for (uint256 i = 0; i < tallies.length && !isDelayed; ++i) {
            isDelayed = tallies[i].council.rules().delay != 0;
        }
    }

    /// @dev Reverts unless the change is ripe and nobody stops it. The tallies were opened for the versions of the
    /// message that the digest is of, so it is not void.
    function _finish(bytes32 digest, Tally[] memory tallies) internal {
        Scheduled storage waiting = _scheduled[digest];
        if (waiting.status != Status.Waiting) revert NotWaiting(digest, waiting.status);
        for (uint256 i = 0; i < tallies.length; ++i) {
            _assertAlive(tallies[i], digest);
            if (waiting.kind != Kind.Rotation) _assertUnpaused(tallies[i]);
        }
        int256 slack = _slackOf(digest);
        if (slack < 0) revert NotRipe(digest, slack);
        if (slack > GRACE) revert Expired(digest, slack);
        waiting.status = Status.Executed;
        emit Executed(digest);
    }

    /// @dev The smallest, over its records, of (unpaused time since scheduling − delay). A rotation's runs on in a pause.
    function _slackOf(bytes32 digest) internal view returns (int256 slack) {
        Scheduled storage waiting = _scheduled[digest];
        slack = type(int256).max;
        for (uint256 i = 0; i < waiting.records; ++i) {
            (address contractAddress, uint256 paused) = _partAt(digest, i);
            Entry storage entry = _entries[contractAddress];
            uint256 passed = block.timestamp - waiting.since;
            if (waiting.kind != Kind.Rotation) passed -= _pausedSeconds(entry) - paused;
            int256 one = int256(passed) - int256(uint256(entry.council.read().rules().delay));
            if (one < slack) slack = one;
        }
    }

    /// @dev The i-th record of a scheduled change, and the seconds of its pauses before that.
    function _partAt(bytes32 digest, uint256 i) internal view returns (address contractAddress, uint256 paused) {
        if (i == 0) return (_scheduled[digest].contractAddress, _scheduled[digest].paused);
        Part storage part = _parts[digest][i];
        return (part.contractAddress, part.paused);
    }

    /// @dev Seconds of all the record's pauses until now.
    function _pausedSeconds(Entry storage entry) internal view returns (uint256) {
        uint256 since = block.timestamp - entry.pausedFrom;
        return entry.pausedBefore + (since < entry.pausedFor ? since : entry.pausedFor);
    }
}
