// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IGovernance} from "../interfaces/IGovernance.sol";
import {IReferences} from "../interfaces/IReferences.sol";
import {Entry} from "../libraries/Entry.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {Tally} from "../libraries/Quorum.sol";
import {Schedules} from "./Schedules.sol";

/// @title What a contract follows, as its signers agreed
abstract contract Followings is IGovernance, Schedules {
    IReferences internal immutable REFERENCES;

    constructor(address references) {
        REFERENCES = IReferences(references);
    }

    /// @inheritdoc IGovernance
    function follow(Following calldata following, bytes calldata signatures) external nonReentrant {
        (bytes32 digest, Tally[] memory tallies) = _agreeToFollow(following, signatures);
        _assertUndelayed(tallies[0]);
        _assertUnpaused(tallies[0]);
        _follow(following, digest);
    }

    /// @inheritdoc IGovernance
    function scheduleFollowing(Following calldata following, bytes calldata signatures) external nonReentrant {
        (bytes32 digest, Tally[] memory tallies) = _agreeToFollow(following, signatures);
        _schedule(digest, Kind.Following, tallies);
        emit FollowingScheduled(digest, following);
    }

    /// @inheritdoc IGovernance
    function executeFollowing(Following calldata following) external nonReentrant {
        bytes32 digest = _hashTypedDataV4(MessageHash.hash(following));
        _finish(digest, _only(following.contractAddress, following.version));
        _follow(following, digest);
    }

    function _agreeToFollow(Following calldata following, bytes calldata signatures)
        private
        view
        returns (bytes32 digest, Tally[] memory tallies)
    {
        (digest, tallies) = _agree(
            MessageHash.hash(following), following.contractAddress, following.version, following.deadline, signatures
        );
        _assertGate(tallies[0]);
    }

    function _follow(Following calldata following, bytes32 digest) private {
        Entry storage entry = _entries[following.contractAddress];
        entry.version += 1;
        entry.flags &= ~(VOTED | SCHEDULED);
        emit FollowingChanged(following.contractAddress, digest, following);
        REFERENCES.follow(following.contractAddress, following.manager, following.key, following.pinnedRevision);
    }
}
