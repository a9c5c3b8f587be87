// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IRegistryTypes} from "./interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "./interfaces/ITypedMessages.sol";
import {Codes} from "./libraries/Codes.sol";
import {Parts} from "./libraries/Parts.sol";

/// @title Makes the calls of one record
/// @notice Every record has a minimal clone (ERC-1167) of its own, which owns the proxies of that record only: one
/// team's signers can never reach another team's contracts.
contract Executor {
    /// @dev Enough of a reason to be read; an endless one would only burn the sender's gas.
    uint256 private constant MAX_REASON = 1024;

    /// @dev What the call itself takes out of the gas at hand before the rest is handed on. With data, the target is warm by
    /// then; without, it is cold, and so can be what an EIP-7702 designator there names. Value costs 9,000, and 25,000 more
    /// where the target does not exist yet.
    uint256 private constant CALL_COST = 500;
    uint256 private constant COLD_COST = 5_200;
    uint256 private constant VALUE_COST = 34_000;

    /// @dev Part of the code, so it is the same for all clones.
    address private immutable REGISTRY = msg.sender;

    receive() external payable {}

    /// @notice Makes one call, or reverts with the target's reason.
    function execute(ITypedMessages.Call calldata call) external {
        if (msg.sender != REGISTRY) revert IRegistryTypes.OnlyRegistry(msg.sender);
        address target = call.target;
        uint256 value = call.value;
        bytes memory data = copy(Parts.data(call));
        if (target == REGISTRY) revert IRegistryTypes.CallToRegistry();
        if (data.length != 0 && !Codes.isContract(target)) revert IRegistryTypes.CallToNoCode(target);
        if (value > address(this).balance) {
            revert IRegistryTypes.CallValueTooHigh(target, value, address(this).balance);
        }
        if (call.minGas != 0) assertGas(call, data.length == 0);
        bool success = LowLevelCall.callNoReturn(target, value, data);
        if (!success) revert IRegistryTypes.CallReverted(target, reason());
    }

    /// @dev A sender could otherwise pick a gas limit at which a target that catches failures only pretends to work.
    function assertGas(ITypedMessages.Call calldata call, bool isCold) private view {
        uint256 cost = CALL_COST;
        if (isCold) cost += COLD_COST;
        if (call.value != 0) cost += VALUE_COST;
        uint256 left = gasleft();
        uint256 available = left > cost ? left - cost : 0;
        available -= available / 64; // EIP-150
        if (available < call.minGas) revert IRegistryTypes.CallGasTooLow(call.target, available, call.minGas);
    }

    /// @dev Before gas is looked at, since it takes some.
    function copy(bytes calldata data) private pure returns (bytes memory copied) {
        assembly ("memory-safe") {
            copied := mload(0x40)
            mstore(copied, data.length)
            calldatacopy(add(copied, 0x20), data.offset, data.length)
            mstore(0x40, add(copied, add(0x20, data.length)))
        }
    }

    function reason() private pure returns (bytes memory data) {
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, MAX_REASON) { size := MAX_REASON }
            data := mload(0x40)
            mstore(data, size)
            returndatacopy(add(data, 0x20), 0, size)
            mstore(0x40, add(data, add(0x20, size)))
        }
    }
}
