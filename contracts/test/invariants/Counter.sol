// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Counts who calls it.
contract Counter {
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
