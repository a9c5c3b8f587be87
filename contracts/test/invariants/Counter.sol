// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Counts who calls it, by itself or as what a follower's proxy runs.
contract Counter {
    /// @notice Where the code stands that runs.
    address public immutable code = address(this);

    address public owner;
    address public executor;
    uint256 public calls;
    uint256 public strangers;

    constructor() {
        owner = msg.sender;
    }

    function expect(address executor_) external {
        executor = executor_;
    }

    function count() external {
        if (msg.sender == executor) ++calls;
        else ++strangers;
    }
}
