// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Records} from "./base/Records.sol";
import {Schedules} from "./base/Schedules.sol";
import {IGovernance} from "./interfaces/IGovernance.sol";
import {Council, CouncilStore} from "./libraries/Council.sol";
import {Entry} from "./libraries/Entry.sol";
import {MessageHash} from "./libraries/MessageHash.sol";
import {Quorum, Tally} from "./libraries/Quorum.sol";
import {Signers} from "./libraries/Signers.sol";

/// @title What of the registry carries out no approval: see IGovernance
/// @dev Runs in the registry's storage, by delegatecall from it. By itself it holds no records.
contract Governance is IGovernance, Schedules {
    using CouncilStore for Council;
    using CouncilStore for bytes;
    using CouncilStore for address;
    using Quorum for Tally[];
    using Quorum for uint256;

    uint256 private constant MAX_DELAY = 30 days;
    uint256 private constant MAX_PAUSE = 7 days;
    uint256 private constant PAUSE_INTERVAL = 30 days;

    /// @dev Records of one scheduled message: their number is kept in a byte.
    uint256 private constant MAX_SCHEDULED = type(uint8).max;

    /// @dev So many scheduled changes are looked at, then a contract counts as about to change.
    uint256 private constant MAX_LOOKED_AT = 32;

    constructor(address executorImplementation) Records(executorImplementation) {}

    // -------------------------------------------------------------------------------------------------------- rotation

    /// @inheritdoc IGovernance
    function rotate(Rotation calldata rotation, bytes calldata signatures) external nonReentrant {
        (bytes32 digest, Tally[] memory tallies) = _agreeToRotate(rotation, signatures);
        _assertUndelayed(tallies[0]);
        _rotate(rotation, digest);
    }

    /// @inheritdoc IGovernance
    function scheduleRotation(Rotation calldata rotation, bytes calldata signatures) external nonReentrant {
        (bytes32 digest, Tally[] memory tallies) = _agreeToRotate(rotation, signatures);
        _schedule(digest, Kind.Rotation, tallies);
        emit RotationScheduled(digest, rotation);
    }

    /// @inheritdoc IGovernance
    function executeRotation(Rotation calldata rotation) external nonReentrant {
        bytes32 digest = _hashTypedDataV4(MessageHash.hash(rotation));
        _finish(digest, _only(rotation.contractAddress, rotation.version));
        _rotate(rotation, digest);
    }

    function _agreeToRotate(Rotation calldata rotation, bytes calldata signatures)
        private
        view
        returns (bytes32 digest, Tally[] memory tallies)
    {
        _assertDeadline(rotation.deadline);
        digest = _hashTypedDataV4(MessageHash.hash(rotation));
        tallies = _only(rotation.contractAddress, rotation.version);
        _assertAgreed(tallies, digest, signatures);
    }

    function _only(address contractAddress, uint64 version) private view returns (Tally[] memory tallies) {
        tallies = new Tally[](1);
        _openNext(tallies, 0, contractAddress, version);
    }

    function _rotate(Rotation calldata rotation, bytes32 digest) private {
        Signers.assertValid(rotation.signers, rotation.contractSigners, rotation.minSignatures);
        if (rotation.delay > MAX_DELAY) revert DelayTooLong(rotation.delay, MAX_DELAY);
        Entry storage entry = _entries[rotation.contractAddress];
        Council memory council = entry.council.read().unpack();
        council.signers = rotation.signers;
        council.contractSigners = rotation.contractSigners;
        council.minSignatures = rotation.minSignatures;
        council.rules.authority = rotation.authority;
        council.rules.guardian = rotation.guardian;
        council.rules.gate = rotation.gate;
        council.rules.delay = rotation.delay;
        council.rules.commitReveal = rotation.commitReveal;
        entry.council = council.write();
        entry.version += 1;
        entry.flags = 0;
        emit Rotated(rotation.contractAddress, digest, rotation);
    }

    /// @inheritdoc IGovernance
    function acceptAuthority(address contractAddress) external nonReentrant {
        Entry storage entry = _entryOf(contractAddress);
        address authority = entry.council.read().rules().authority;
        address pending = entry.flags & ACCEPTED == 0 ? authority : address(0);
        if (pending == address(0) || msg.sender != pending) {
            revert AuthorityNotPending(contractAddress, msg.sender, pending);
        }
        entry.version += 1;
        entry.flags = (entry.flags & PROTECTED) | ACCEPTED;
        emit AuthorityAccepted(contractAddress, authority, entry.version);
    }

    function _entryOf(address contractAddress) private view returns (Entry storage entry) {
        entry = _entries[contractAddress];
        if (entry.version == 0) revert NotRegistered(contractAddress);
    }

    // -------------------------------------------------------------------------------------------------------- schedule

    /// @inheritdoc IGovernance
    function schedule(Approval calldata approval, bytes calldata signatures) external nonReentrant {
        _assertDeadline(approval.deadline);
        bytes32 digest = _hashApproval(approval.upgrades, approval.deadline);
        Tally[] memory tallies = _open(approval.upgrades);
        _assertAgreed(tallies, digest, signatures);
        _assertGates(tallies);
        _schedule(digest, Kind.Approval, tallies);
        emit ApprovalScheduled(digest, approval);
    }

    /// @inheritdoc IGovernance
    function commit(Commitment calldata commitment, bytes calldata signatures) external nonReentrant {
        _assertDeadline(commitment.deadline);
        if (commitment.contracts.length != commitment.versions.length) {
            revert CommitmentLengths(commitment.contracts.length, commitment.versions.length);
        }
        bytes32 digest = _hashTypedDataV4(MessageHash.hash(commitment));
        Tally[] memory tallies = new Tally[](commitment.contracts.length);
        for (uint256 i = 0; i < tallies.length; ++i) {
            _openNext(tallies, i, commitment.contracts[i], commitment.versions[i]);
            if (!tallies[i].council.rules().commitReveal) revert CommitRevealRefused(commitment.contracts[i]);
        }
        _assertAgreed(tallies, digest, signatures);
        _assertGates(tallies);
        _schedule(digest, Kind.Commitment, tallies);
        emit CommitmentScheduled(digest, commitment);
    }

    function _schedule(bytes32 digest, Kind kind, Tally[] memory tallies) private {
        _assertUnscheduled(digest);
        if (tallies.length > MAX_SCHEDULED) revert TooManyRecords(tallies.length, MAX_SCHEDULED);
        for (uint256 i = 0; i < tallies.length; ++i) {
            address contractAddress = tallies[i].contractAddress;
            Entry storage entry = _entries[contractAddress];
            Part memory part = Part({contractAddress: contractAddress, paused: uint32(_pausedSeconds(entry))});
            if (i == 0) {
                _scheduled[digest] = Scheduled({
                    since: uint40(block.timestamp),
                    status: Status.Waiting,
                    kind: kind,
                    records: uint8(tallies.length),
                    part: part
                });
            } else {
                _parts[digest][i] = part;
            }
            if (entry.flags & SCHEDULED != 0) _previous[contractAddress][digest] = _latest[contractAddress];
            else entry.flags |= SCHEDULED;
            _latest[contractAddress] = digest;
        }
    }

    // -------------------------------------------------------------------------------------------------------- stopping

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

    function _isPartOf(bytes32 digest, address contractAddress) private view returns (bool) {
        for (uint256 i = 0; i < _scheduled[digest].records; ++i) {
            if (_partAt(digest, i).contractAddress == contractAddress) return true;
        }
        return false;
    }

    function _assertGuardian(address contractAddress) private view {
        address guardian = _entries[contractAddress].council.read().rules().guardian;
        if (msg.sender != guardian || guardian == address(0)) revert OnlyGuardian(contractAddress, msg.sender, guardian);
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

    // ------------------------------------------------------------------------------------------------------ announcing

    /// @inheritdoc IGovernance
    function propose(Approval calldata approval, bytes calldata signatures) external {
        emit Proposed(_hashApproval(approval.upgrades, approval.deadline), msg.sender, approval, signatures);
    }

    // --------------------------------------------------------------------------------------------------------- curator

    /// @inheritdoc IGovernance
    function proposeCurator(address pending) external {
        if (msg.sender != curator) revert OnlyCurator(msg.sender, curator);
        pendingCurator = pending;
        emit CuratorProposed(msg.sender, pending);
    }

    /// @inheritdoc IGovernance
    function acceptCuratorship() external {
        if (msg.sender != pendingCurator) revert OnlyPendingCurator(msg.sender, pendingCurator);
        emit CuratorChanged(curator, msg.sender);
        curator = msg.sender;
        pendingCurator = address(0);
    }

    // ----------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IGovernance
    function rulesOf(address contractAddress) external view returns (Rules memory found) {
        Entry storage entry = _entries[contractAddress];
        if (entry.version == 0) return found;
        found = entry.council.read().rules();
        found.accepted = entry.flags & ACCEPTED != 0;
    }

    /// @inheritdoc IGovernance
    function pauseOf(address contractAddress) external view returns (Pause memory) {
        Entry storage entry = _entries[contractAddress];
        return Pause({number: entry.pauseNumber, from: entry.pausedFrom, until: uint64(_pausedUntil(entry))});
    }

    /// @inheritdoc IGovernance
    function votesOf(address contractAddress, bytes32 digest) external view returns (uint32 rejected, uint32 revoked) {
        Votes storage votes = _votes[contractAddress][_entries[contractAddress].version + 1][digest];
        return (votes.rejected, votes.revoked);
    }

    /// @inheritdoc IGovernance
    function scheduled(bytes32 digest) external view returns (Status status, int256 slack) {
        status = _scheduled[digest].status;
        if (status == Status.Waiting) slack = _slackOf(digest);
    }

    /// @inheritdoc IGovernance
    function exitOpen(address contractAddress) external view returns (bool) {
        if (_entries[contractAddress].flags & SCHEDULED == 0) return false;
        bytes32 digest = _latest[contractAddress];
        for (uint256 i = 0; i < MAX_LOOKED_AT; ++i) {
            if (digest == 0) return false;
            if (_canCome(digest)) return true;
            digest = _previous[contractAddress][digest];
        }
        return true;
    }

    /// @dev Not cancelled, not rejected, not expired. What another record's change has voided counts as coming.
    function _canCome(bytes32 digest) private view returns (bool) {
        Scheduled storage waiting = _scheduled[digest];
        if (waiting.status != Status.Waiting || _slackOf(digest) > GRACE) return false;
        for (uint256 i = 0; i < waiting.records; ++i) {
            address contractAddress = _partAt(digest, i).contractAddress;
            Entry storage entry = _entries[contractAddress];
            uint32 rejected = _votes[contractAddress][entry.version + 1][digest].rejected;
            if (_isDead(rejected, entry.council.read())) return false;
        }
        return true;
    }
}
