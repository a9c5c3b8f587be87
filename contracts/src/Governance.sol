// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Followings} from "./base/Followings.sol";
import {Records} from "./base/Records.sol";
import {Rotations} from "./base/Rotations.sol";
import {Stops} from "./base/Stops.sol";
import {IGovernance} from "./interfaces/IGovernance.sol";
import {CouncilStore} from "./libraries/Council.sol";
import {Entry} from "./libraries/Entry.sol";
import {MessageHash} from "./libraries/MessageHash.sol";
import {Quorum, Tally} from "./libraries/Quorum.sol";

/// @title What of the registry carries out no approval: see IGovernance
/// @dev Runs in the registry's storage, by delegatecall from it. By itself it holds no records. Here are schedules and views;
/// the rest is in base/.
contract Governance is Rotations, Followings, Stops {
    using CouncilStore for bytes;
    using CouncilStore for uint32;

    /// @dev So many records of scheduled changes are looked at, then a contract counts as about to change: whoever asks
    /// can afford the answer, whatever was scheduled.
    uint256 private constant MAX_LOOKED_AT = 32;

    /// @dev ERC-1167 code, and the contract's address behind it.
    uint256 private constant EXECUTOR_SIZE = 45 + 20;

    constructor(address executorImplementation, address references)
        Records(executorImplementation)
        Followings(references)
    {}

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
        Tally[] memory tallies = Quorum.reserve(commitment.contracts.length);
        for (uint256 i = 0; i < tallies.length; ++i) {
            _assertNew(tallies, i, commitment.contracts[i]);
            _open(tallies, i, commitment.contracts[i], commitment.versions[i]);
            if (!tallies[i].council.rules().commitReveal) revert CommitRevealRefused(commitment.contracts[i]);
        }
        _assertAgreed(tallies, digest, signatures);
        _assertGates(tallies);
        _schedule(digest, Kind.Commitment, tallies);
        emit CommitmentScheduled(digest, commitment);
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
        return _isComing(contractAddress) || _isComing(contractOf(REFERENCES.managerOf(contractAddress)));
    }

    function _isComing(address contractAddress) private view returns (bool isComing) {
        if (_entries[contractAddress].flags & SCHEDULED == 0) return false;
        uint256 lookedAt = 0;
        bytes32 digest = _latest[contractAddress];
        while (digest != 0 && !isComing) {
            Scheduled storage waiting = _scheduled[digest];
            lookedAt += waiting.status == Status.Waiting ? waiting.records : 1;
            isComing = lookedAt > MAX_LOOKED_AT || _canCome(digest);
            digest = _previous[contractAddress][digest];
        }
    }

    /// @dev Not cancelled, not rejected, not expired. What another record's change has voided counts as coming.
    function _canCome(bytes32 digest) private view returns (bool) {
        Scheduled storage waiting = _scheduled[digest];
        if (waiting.status != Status.Waiting || _slackOf(digest) > GRACE) return false;
        for (uint256 i = 0; i < waiting.records; ++i) {
            (address contractAddress,) = _partAt(digest, i);
            Entry storage entry = _entries[contractAddress];
            uint32 rejected = _votes[contractAddress][entry.version + 1][digest].rejected;
            if (_isDead(rejected, entry.council.read())) return false;
        }
        return true;
    }

    /// @inheritdoc IGovernance
    function contractOf(address executor) public view returns (address contractAddress) {
        if (executor.code.length != EXECUTOR_SIZE) return address(0);
        contractAddress = address(bytes20(Clones.fetchCloneArgs(executor)));
        Entry storage entry = _entries[contractAddress];
        if (entry.version == 0 || entry.council.read().executor() != executor) return address(0);
    }
}
