// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Executor} from "../Executor.sol";
import {ITypedMessages} from "../interfaces/ITypedMessages.sol";
import {Parts} from "./Parts.sol";

/// @title How the registry has an executor make a call
library ExecutorCall {
    /// @notice As `executor.execute(made)`. Answers whether that succeeded; what was returned is not copied.
    /// @dev The encoding of the only argument is that of calldata: its words stand first, the data after them.
    function make(address executor, ITypedMessages.Call calldata made) internal returns (bool success) {
        bytes32 selector = Executor.execute.selector;
        bytes calldata data = Parts.data(made);
        assembly ("memory-safe") {
            // Beyond what is allocated: selector, where the call begins, target, value, minGas, where its data begin.
            let buffer := mload(0x40)
            mstore(buffer, selector)
            mstore(add(buffer, 0x04), 0x20)
            mstore(add(buffer, 0x24), calldataload(made))
            mstore(add(buffer, 0x44), calldataload(add(made, 0x20)))
            mstore(add(buffer, 0x64), calldataload(add(made, 0x40)))
            mstore(add(buffer, 0x84), 0x80)
            mstore(add(buffer, 0xa4), data.length)
            calldatacopy(add(buffer, 0xc4), data.offset, data.length)
            success := call(gas(), executor, 0, buffer, add(0xc4, data.length), 0x00, 0x00)
        }
    }
}
