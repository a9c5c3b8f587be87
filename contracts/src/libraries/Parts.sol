// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../interfaces/ITypedMessages.sol";

/// @title Where the parts of an approval lie in calldata
/// @dev As the compiler finds them, without its look at whether they lie within the calldata: what is hashed, changed, told and
/// called is found by these functions alone. So wherever an offset leads, round the end of the address space too, it is what
/// was signed. What lies beyond the calldata is zero, and nobody has the gas for a length far beyond it.
library Parts {
    /// @dev The caller keeps i below the length; likewise below.
    function item(ITypedMessages.Upgrade[] calldata upgrades, uint256 i)
        internal
        pure
        returns (ITypedMessages.Upgrade calldata upgrade)
    {
        assembly ("memory-safe") {
            upgrade := add(upgrades.offset, calldataload(add(upgrades.offset, shl(5, i))))
        }
    }

    function link(ITypedMessages.Upgrade calldata upgrade) internal pure returns (string calldata found) {
        assembly ("memory-safe") {
            let place := add(upgrade, calldataload(add(upgrade, 0x60)))
            found.length := calldataload(place)
            found.offset := add(place, 0x20)
        }
    }

    function code(ITypedMessages.Upgrade calldata upgrade)
        internal
        pure
        returns (ITypedMessages.Code[] calldata found)
    {
        assembly ("memory-safe") {
            let place := add(upgrade, calldataload(add(upgrade, 0xa0)))
            found.length := calldataload(place)
            found.offset := add(place, 0x20)
        }
    }

    function item(ITypedMessages.Code[] calldata codes, uint256 i)
        internal
        pure
        returns (ITypedMessages.Code calldata found)
    {
        assembly ("memory-safe") {
            found := add(codes.offset, shl(6, i))
        }
    }

    function calls(ITypedMessages.Upgrade calldata upgrade)
        internal
        pure
        returns (ITypedMessages.Call[] calldata found)
    {
        assembly ("memory-safe") {
            let place := add(upgrade, calldataload(add(upgrade, 0xc0)))
            found.length := calldataload(place)
            found.offset := add(place, 0x20)
        }
    }

    function item(ITypedMessages.Call[] calldata made, uint256 i)
        internal
        pure
        returns (ITypedMessages.Call calldata found)
    {
        assembly ("memory-safe") {
            found := add(made.offset, calldataload(add(made.offset, shl(5, i))))
        }
    }

    function data(ITypedMessages.Call calldata made) internal pure returns (bytes calldata found) {
        assembly ("memory-safe") {
            let place := add(made, calldataload(add(made, 0x60)))
            found.length := calldataload(place)
            found.offset := add(place, 0x20)
        }
    }
}
