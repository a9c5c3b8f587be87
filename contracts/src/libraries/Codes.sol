// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";

/// @title Code that was signed, and stands where it should (protocol §3 Finalize)
library Codes {
    /// @notice Reverts unless exactly this code stands there, and can be meant: not none, not empty, no EIP-7702
    /// designator.
    function assertStands(address account, bytes32 expected) internal view {
        bytes32 found = account.codehash;
        if (found != expected) revert IRegistryTypes.CodeMismatch(account, found, expected);
        bytes1 first;
        assembly ("memory-safe") {
            extcodecopy(account, 0x00, 0x00, 0x01)
            first := mload(0x00)
        }
        if (found == 0 || found == keccak256("") || first == 0xef) {
            revert IRegistryTypes.CodeUnacceptable(account, found);
        }
    }

    /// @notice Whether a contract stands there: neither nothing, nor an EIP-7702 designator (0xef0100 ‖ address), behind
    /// which is a key that can put another one there at any time.
    function isContract(address account) internal view returns (bool) {
        uint256 size = account.code.length;
        return size != 0 && !(size == 23 && bytes3(account.code) == 0xef0100);
    }
}
