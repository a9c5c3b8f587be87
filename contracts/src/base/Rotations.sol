// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IGovernance} from "../interfaces/IGovernance.sol";
import {Council, CouncilStore} from "../libraries/Council.sol";
import {Entry} from "../libraries/Entry.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {Tally} from "../libraries/Quorum.sol";
import {Signers} from "../libraries/Signers.sol";
import {Schedules} from "./Schedules.sol";

/// @title Who may change a record from now on, and how
abstract contract Rotations is IGovernance, Schedules {
    using CouncilStore for Council;
    using CouncilStore for bytes;
    using CouncilStore for uint32;

    uint256 private constant MAX_DELAY = 30 days;

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
        return _agree(
            MessageHash.hash(rotation), rotation.contractAddress, rotation.version, rotation.deadline, signatures
        );
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
        entry.council = _store(council);
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
}
