// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Tells what reached it.
contract Sink {
    uint256 public gasSeen;

    receive() external payable {
        gasSeen = gasleft();
    }

    fallback() external payable {
        gasSeen = gasleft();
    }
}

/// @notice `Call.minGas` reaches the call at every gas limit that finalize gets through with: each call is a transaction of
/// its own here, so that accounts are cold.
/// forge-config: default.isolate = true
contract MinGasTest is RegistryTest {
    uint64 private constant MIN_GAS = 100_000;
    /// @dev What the sink's own code takes before it looks.
    uint256 private constant ENTRY = 200;

    function test_minGas_reachesACallWithData() public {
        assertReached(address(new Sink()), hex"01", 0);
    }

    function test_minGas_reachesACallWithoutData() public {
        assertReached(address(new Sink()), "", 0);
    }

    function test_minGas_reachesACallWithValue() public {
        assertReached(address(new Sink()), "", 1);
    }

    /// @dev What an EIP-7702 designator names is an account more to warm.
    function test_minGas_reachesADelegatedAccount() public {
        address delegated = address(0xE0A);
        vm.etch(delegated, abi.encodePacked(hex"ef0100", address(new Sink())));
        assertReached(delegated, "", 0);
    }

    function assertReached(address to, bytes memory data, uint256 value) private {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Call[] memory calls = callsOf(to, data);
        (calls[0].minGas, calls[0].value) = (MIN_GAS, value);
        vm.deal(registry.executor(address(target)), value);
        approval.upgrades[0].calls = calls;
        bytes memory finalizing = abi.encodeCall(registry.finalize, (approval, sign(approval, 6)));
        bool success;
        for (uint256 limit = 190_000; !success; limit += 50) {
            vm.assertLt(limit, 400_000);
            (success,) = address(registry).call{gas: limit}(finalizing);
        }
        vm.assertLe(MIN_GAS, Sink(payable(to)).gasSeen() + ENTRY);
    }
}
