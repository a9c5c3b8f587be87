// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IGovernance} from "./IGovernance.sol";
import {IRecords} from "./IRecords.sol";

/// @title Countersign's registry: which code belongs behind which contract, as its signers agreed
/// @notice Holds a record for every registered contract: the tree hash of its source directory, the link to that
/// directory at a commit, and the signers who alone can move it. Whoever sends the transactions has no authority.
/// @dev docs/protocol.md §3 (registry) and §4 (what signers sign).
interface IRegistry is IRecords, IGovernance, IERC5267 {
    /// @notice Who may register contracts that have no owner; zero: nobody.
    function curator() external view returns (address);

    /// @notice Who is curator once he accepts; zero: nobody.
    function pendingCurator() external view returns (address);

    /// @notice What every executor is a clone of.
    function executorImplementation() external view returns (address);

    /// @notice Where fleets are kept: {IReferences}.
    function references() external view returns (address);
}
