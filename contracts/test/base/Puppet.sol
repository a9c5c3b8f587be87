// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Passes any call on, as itself, with the answer or the reason.
contract Puppet {
    function call(address to, bytes calldata data) external returns (bytes memory) {
        (bool success, bytes memory answer) = to.call(data);
        if (success) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
