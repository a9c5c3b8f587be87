// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IGovernance} from "../interfaces/IGovernance.sol";
import {CouncilStore} from "../libraries/Council.sol";
import {Entry} from "../libraries/Entry.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {Quorum, Tally} from "../libraries/Quorum.sol";
import {Schedules} from "./Schedules.sol";

/// @title How a change is stopped: by a guardian, or by signers who reject it or take their word back
abstract contract Stops is IGovernance, Schedules {
    using CouncilStore for bytes;
    using CouncilStore for uint32;
    using Quorum for Tally[];

    uint256 private constant MAX_PAUSE = 7 days;
    uint256 private constant PAUSE_INTERVAL = 30 days;

    /// @inheritdoc IGovernance
    function cancel(bytes32 digest, address contractAddress) external nonReentrant {
        Scheduled storage waiting = _scheduled[digest];
        if (waiting.status != Status.Waiting) revert NotWaiting(digest, waiting.status);
        if (!_isPartOf(digest, contractAddress)) revert NotScheduledFor(digest, contractAddress);
        Entry storage entry = _entries[contractAddress];
        _assertGuardian(contractAddress);
        if (waiting.kind == Kind.Rotation) {
            if (entry.flags & PROTECTED != 0) revert RotationProtected(contractAddress);
            entry.flags |= PROTECTED;
        }
        waiting.status = Status.Cancelled;
        emit Cancelled(digest, contractAddress, msg.sender);
    }

    function _isPartOf(bytes32 digest, address contractAddress) private view returns (bool found) {
        for (uint256 i = 0; i < _scheduled[digest].records && !found; ++i) {
            (address one,) = _partAt(digest, i);
            found = one == contractAddress;
        }
    }

    function _assertGuardian(address contractAddress) private view {
        address guardian = _entries[contractAddress].council.read().rules().guardian;
        if (msg.sender != guardian || guardian == address(0)) {
            revert OnlyGuardian(contractAddress, msg.sender, guardian);
        }
    }

    /// @inheritdoc IGovernance
    function reject(address contractAddress, Rejection calldata rejection, bytes calldata signatures)
        external
        nonReentrant
    {
        Entry storage entry = _entryOf(contractAddress);
        uint64 version = entry.version + 1;
        Tally[] memory tallies = _only(contractAddress, version);
        tallies.count(_hashTypedDataV4(MessageHash.hash(rejection)), signatures);
        uint32 signers = uint32(tallies[0].signed);
        if (entry.flags & ACCEPTED != 0) {
            _assertAuthority(tallies[0]);
            signers = ALL;
        }
        if (signers == 0) revert NoSignatures();
        Votes storage votes = _votes[contractAddress][version][rejection.digest];
        votes.rejected |= signers;
        entry.flags |= VOTED;
        bool isDead = _isDead(votes.rejected, tallies[0].council);
        emit Rejected(rejection.digest, contractAddress, version, votes.rejected, isDead);
    }

    /// @inheritdoc IGovernance
    function revoke(address contractAddress, bytes32 digest) external nonReentrant {
        _assertUnscheduled(digest);
        Entry storage entry = _entryOf(contractAddress);
        uint64 version = entry.version + 1;
        _votes[contractAddress][version][digest].revoked |= _bitOf(contractAddress, msg.sender);
        entry.flags |= VOTED;
        emit Revoked(digest, contractAddress, version, msg.sender);
    }

    function _bitOf(address contractAddress, address signer) private view returns (uint32) {
        Entry storage entry = _entries[contractAddress];
        bytes memory council = entry.council.read();
        uint256 size = entry.flags & ACCEPTED == 0 ? council.size() : 0;
        for (uint256 i = 0; i < size; ++i) {
            if (council.signerAt(i) == signer) return uint32(1 << i);
        }
        revert NotSigner(contractAddress, signer);
    }

    /// @inheritdoc IGovernance
    function pause(address contractAddress, uint24 duration) external nonReentrant {
        Entry storage entry = _entryOf(contractAddress);
        _assertGuardian(contractAddress);
        if (duration > MAX_PAUSE) revert PauseTooLong(duration, MAX_PAUSE);
        uint256 earliest = entry.pauseNumber == 0 ? 0 : entry.pausedFrom + PAUSE_INTERVAL;
        if (block.timestamp < earliest) revert PauseTooSoon(contractAddress, earliest);
        entry.pausedBefore += entry.pausedFor;
        entry.pausedFrom = uint40(block.timestamp);
        entry.pausedFor = duration;
        entry.pauseNumber += 1;
        emit Paused(contractAddress, entry.pauseNumber, uint64(_pausedUntil(entry)));
    }

    /// @inheritdoc IGovernance
    function unpause(Unpause calldata message, bytes calldata signatures) external nonReentrant {
        _assertDeadline(message.deadline);
        address contractAddress = message.contractAddress;
        bytes32 digest = _hashTypedDataV4(MessageHash.hash(message));
        _assertAgreed(_only(contractAddress, message.version), digest, signatures);
        Entry storage entry = _entries[contractAddress];
        if (message.pauseNumber != entry.pauseNumber) {
            revert PauseNumberMismatch(contractAddress, message.pauseNumber, entry.pauseNumber);
        }
        if (block.timestamp >= _pausedUntil(entry)) revert RecordNotPaused(contractAddress);
        entry.pausedFor = uint24(block.timestamp - entry.pausedFrom);
        emit Unpaused(contractAddress, entry.pauseNumber, digest);
    }
}
