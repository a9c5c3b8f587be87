// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "./IRegistryTypes.sol";

/// @title How a record is governed: who may change it from now on, when, and who can stop it
interface IGovernance is IRegistryTypes {
    // ------------------------------------------------------------------------------------------------------- rotation

    /// @notice Replaces signers and governance of a record as a whole, at once where there is no delay.
    /// @dev Also while paused, and past any gate.
    /// @param signatures as for `finalize`; none where the record's authority sends it
    function rotate(Rotation calldata rotation, bytes calldata signatures) external;

    /// @notice The caller, whom the last rotation named, takes the signers' place. Moves the version.
    function acceptAuthority(address contractAddress) external;

    // ------------------------------------------------------------------------------------------------------ following

    /// @notice Has a contract follow an entry of the references, or no more. Moves the version.
    function follow(Following calldata following, bytes calldata signatures) external;

    function scheduleFollowing(Following calldata following, bytes calldata signatures) external;

    function executeFollowing(Following calldata following) external;

    // ------------------------------------------------------------------------------------------------------- schedule

    /// @notice Starts the delay of an approval. Needed where any of its records has one.
    function schedule(Approval calldata approval, bytes calldata signatures) external;

    function scheduleRotation(Rotation calldata rotation, bytes calldata signatures) external;

    function executeRotation(Rotation calldata rotation) external;

    /// @notice Starts the delay of an approval that nobody can read yet.
    function commit(Commitment calldata commitment, bytes calldata signatures) external;

    // ------------------------------------------------------------------------------------------------------- stopping

    /// @notice Ends a scheduled change. By the guardian of one of its records.
    function cancel(bytes32 digest, address contractAddress) external;

    /// @notice Counts rejections by signers of a record for its next version. `signers − minSignatures + 1` of them end
    /// the digest, scheduled or not. Their deadline is not looked at: a delay can outlast it, and what is rejected can
    /// come until then.
    function reject(address contractAddress, Rejection calldata rejection, bytes calldata signatures) external;

    /// @notice Takes the caller's approval of a digest back, while it is not scheduled.
    function revoke(address contractAddress, bytes32 digest) external;

    /// @notice Stops all but rotations for so many seconds, at most 7 days, and not within 30 days of the last pause's
    /// beginning. By the record's guardian.
    function pause(address contractAddress, uint24 duration) external;

    /// @notice Ends a pause, by a quorum of the record's signers.
    function unpause(Unpause calldata message, bytes calldata signatures) external;

    // ------------------------------------------------------------------------------------------------------ announcing

    /// @notice Tells of an approval, and stores nothing. Anyone may send anything.
    function propose(Approval calldata approval, bytes calldata signatures) external;

    // --------------------------------------------------------------------------------------------------------- curator

    /// @notice Names who is curator once he accepts; zero takes that back.
    function proposeCurator(address pending) external;

    function acceptCuratorship() external;

    // ----------------------------------------------------------------------------------------------------------- views

    function rulesOf(address contractAddress) external view returns (Rules memory);

    function pauseOf(address contractAddress) external view returns (Pause memory);

    /// @notice Bit i is set where signer i rejected, or revoked, the digest for the record's next version.
    function votesOf(address contractAddress, bytes32 digest) external view returns (uint32 rejected, uint32 revoked);

    /// @param slack seconds since it became ripe, pauses left out: from 0 to 14 days it can be executed
    function scheduled(bytes32 digest) external view returns (Status status, int256 slack);

    /// @notice Whether a change to the contract was scheduled and can still come: for a system's own escape hatch. Also one
    /// to the record whose executor manages what the contract follows.
    function exitOpen(address contractAddress) external view returns (bool);

    /// @notice Whose executor this is; zero where it is none, or has not called anything yet.
    function contractOf(address executor) external view returns (address contractAddress);
}
