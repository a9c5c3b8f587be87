// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Executor} from "../src/Executor.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Reverts with a megabyte, or returns one.
contract Bomb {
    function explode(bool success) external pure {
        assembly ("memory-safe") {
            if success { return(0x1000, 1000000) }
            revert(0x1000, 1000000)
        }
    }
}

/// @notice Passes any call on, and hides whether it failed.
contract Forwarder {
    bool public succeeded;

    function forward(address target, bytes calldata data) external {
        (succeeded,) = target.call(data);
    }
}

/// @notice Sends its money on by force.
contract Forced {
    constructor(address payable target) payable {
        selfdestruct(target);
    }
}

contract ExecutorTest is RegistryTest {
    address private executor;

    function setUp() public override {
        super.setUp();
        executor = registry.executor(address(target));
    }

    // -------------------------------------------------------------------------------------------------------- making

    function test_executor_isMadeAtItsFirstCall() public {
        finalizeWithCalls(new ITypedMessages.Call[](0));
        vm.assertEq(executor.code.length, 0);

        ITypedMessages.Approval memory approval =
            approvalWith(callsOf(address(target), abi.encodeCall(Target.note, ("a"))));
        bytes memory signatures = sign(approval, 6);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.ExecutorCreated(address(target), executor);
        registry.finalize(approval, signatures);
        vm.assertEq(executor.code.length, 65);

        finalizeWithCalls(callsOf(address(target), abi.encodeCall(Target.note, ("b"))));
        vm.assertEq(target.calls(), 2);
        vm.assertEq(registry.executor(address(target)), executor);
    }

    function test_executor_isOneForEachRecord() public {
        Target other = new Target(address(this));
        register(address(other), signers, 6);
        vm.assertNotEq(registry.executor(address(other)), executor);
    }

    /// @dev I13.
    function testFuzz_execute_revertsForAllButTheRegistry(address sender) public {
        vm.assume(sender != address(registry));
        finalizeWithCalls(callsOf(address(target), abi.encodeCall(Target.note, ("a"))));
        ITypedMessages.Call memory call = callsOf(address(target), abi.encodeCall(Target.note, ("b")))[0];
        address[2] memory executors = [executor, registry.executorImplementation()];
        for (uint256 i = 0; i < executors.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyRegistry.selector, sender));
            vm.prank(sender);
            Executor(payable(executors[i])).execute(call);
        }
    }

    // ------------------------------------------------------------------------------------------------------- targets

    function test_call_comesFromTheExecutorWithItsData() public {
        target.transferOwnership(executor);
        finalizeWithCalls(callsOf(address(target), abi.encodeCall(Target.transferOwnership, (address(7)))));
        vm.assertEq(target.owner(), address(7));
    }

    function testFuzz_call_passesDataOnUnchanged(bytes calldata data) public {
        finalizeWithCalls(callsOf(address(target), abi.encodeCall(Target.note, (data))));
        vm.assertEq(target.lastData(), data);
    }

    function test_call_revertsToTheRegistry() public {
        refuse(
            callsOf(address(registry), abi.encodeCall(registry.curator, ())),
            abi.encodeWithSelector(IRegistryTypes.CallToRegistry.selector)
        );
    }

    function test_call_revertsIntoAnotherRecordsExecutor() public {
        Target other = new Target(address(this));
        register(address(other), signers, 6);
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        approval.upgrades[0].calls = callsOf(address(other), abi.encodeCall(Target.note, ("made")));
        registry.finalize(approval, sign(approval, 6));

        address foreign = registry.executor(address(other));
        ITypedMessages.Call memory inner = callsOf(address(other), abi.encodeCall(Target.note, ("stolen")))[0];
        refuse(
            callsOf(foreign, abi.encodeCall(Executor.execute, (inner))),
            abi.encodeWithSelector(
                IRegistryTypes.CallReverted.selector,
                foreign,
                abi.encodeWithSelector(IRegistryTypes.OnlyRegistry.selector, executor)
            )
        );
    }

    /// @dev What it names can be gone, or cost gas that `minGas` does not count.
    function test_call_revertsToADelegatedAccount() public {
        vm.etch(address(0xE0A), abi.encodePacked(hex"ef0100", address(target)));
        refuse(
            callsOf(address(0xE0A), hex"01"),
            abi.encodeWithSelector(IRegistryTypes.CallToNoCode.selector, address(0xE0A))
        );
    }

    function test_call_revertsToAnAddressWithoutCode() public {
        refuse(
            callsOf(address(0xE0A), hex"01"),
            abi.encodeWithSelector(IRegistryTypes.CallToNoCode.selector, address(0xE0A))
        );
    }

    function test_call_allCallsRunInOrder() public {
        ITypedMessages.Call[] memory calls = new ITypedMessages.Call[](3);
        for (uint256 i = 0; i < 3; ++i) {
            calls[i] = callsOf(address(target), abi.encodeCall(Target.note, (abi.encode(i))))[0];
        }
        finalizeWithCalls(calls);
        vm.assertEq(target.calls(), 3);
        vm.assertEq(target.lastData(), abi.encode(2));
    }

    // --------------------------------------------------------------------------------------------------------- value

    /// @dev I19.
    function test_call_isPaidByTheExecutor() public {
        vm.deal(address(registry), 5);
        vm.deal(address(this), 10);
        (bool paid,) = executor.call{value: 4}("");
        vm.assertTrue(paid);
        finalizeWithCalls(callsOf(address(target), abi.encodeCall(Target.note, ("made"))));
        (paid,) = executor.call{value: 6}("");
        vm.assertTrue(paid);

        ITypedMessages.Call[] memory calls = callsOf(address(target), abi.encodeCall(Target.note, ("paid")));
        calls[0].value = 7;
        finalizeWithCalls(calls);
        vm.assertEq(address(target).balance, 7);
        vm.assertEq(executor.balance, 3);
        vm.assertEq(address(registry).balance, 5);
    }

    function test_call_paysAccountsWithoutCode() public {
        vm.deal(executor, 3);
        ITypedMessages.Call[] memory calls = callsOf(address(0xE0A), "");
        calls[0].value = 3;
        finalizeWithCalls(calls);
        vm.assertEq(address(0xE0A).balance, 3);
    }

    function test_call_revertsWithoutBalance() public {
        vm.deal(executor, 2);
        vm.deal(address(registry), 100);
        ITypedMessages.Call[] memory calls = callsOf(address(target), abi.encodeCall(Target.note, ("paid")));
        calls[0].value = 3;
        refuse(calls, abi.encodeWithSelector(IRegistryTypes.CallValueTooHigh.selector, address(target), 3, 2));
    }

    function test_registry_takesNoMoneyAndIgnoresForcedMoney() public {
        vm.deal(address(this), 2);
        (bool paid,) = address(registry).call{value: 1}("");
        vm.assertFalse(paid);
        new Forced{value: 1}(payable(address(registry)));
        finalizeWithCalls(callsOf(address(target), abi.encodeCall(Target.note, ("a"))));
        vm.assertEq(address(registry).balance, 1);
    }

    // ------------------------------------------------------------------------------------------------------- failures

    function testFuzz_call_passesTheReasonOn(bytes calldata reason) public {
        vm.assume(reason.length <= 1024);
        refuse(
            callsOf(address(target), abi.encodeCall(Target.fail, (reason))),
            abi.encodeWithSelector(IRegistryTypes.CallReverted.selector, address(target), reason)
        );
    }

    function test_call_cutsTheReasonOff() public {
        Bomb bomb = new Bomb();
        refuse(
            callsOf(address(bomb), abi.encodeCall(Bomb.explode, (false))),
            abi.encodeWithSelector(IRegistryTypes.CallReverted.selector, address(bomb), new bytes(1024))
        );
    }

    function test_call_readsNoAnswer() public {
        finalizeWithCalls(callsOf(address(new Bomb()), abi.encodeCall(Bomb.explode, (true))));
        vm.assertEq(uint256(registry.record(address(target)).version), 2);
    }

    // ------------------------------------------------------------------------------------------------------------ gas

    /// @dev Whatever gas the sender gives: the call gets its minimum, or nothing happens.
    function testFuzz_call_getsItsMinimumOfGas(uint256 gasLimit, uint64 minGas, uint8 value) public {
        minGas = minGas % 500_000;
        gasLimit = 150_000 + gasLimit % 800_000;
        ITypedMessages.Call[] memory calls = callsOf(address(target), abi.encodeCall(Target.note, ("a")));
        calls[0].minGas = minGas;
        calls[0].value = value;
        vm.deal(executor, value);
        ITypedMessages.Approval memory approval = approvalWith(calls);
        (bool success,) =
            address(registry).call{gas: gasLimit}(abi.encodeCall(registry.finalize, (approval, sign(approval, 6))));
        vm.assertEq(uint256(registry.record(address(target)).version), success ? 2 : 1);
        // The target looks after some hundred gas of its own dispatching.
        if (success) vm.assertLe(minGas, target.gasSeen() + 1000);
    }

    function test_call_revertsBelowItsMinimumOfGas() public {
        ITypedMessages.Call[] memory calls = callsOf(address(target), abi.encodeCall(Target.note, ("a")));
        calls[0].minGas = type(uint64).max;
        ITypedMessages.Approval memory approval = approvalWith(calls);
        bytes memory signatures = sign(approval, 6);
        vm.expectPartialRevert(IRegistryTypes.CallGasTooLow.selector);
        registry.finalize(approval, signatures);
    }

    // -------------------------------------------------------------------------------------------------- re-entrance

    /// @dev R72: a call that comes back to the registry, directly or through others, finds it locked.
    function test_call_cannotComeBack() public {
        Forwarder forwarder = new Forwarder();
        Target other = new Target(address(forwarder));
        ITypedMessages.Approval memory next = approvalOf(address(target));
        next.upgrades[0].version = 3;
        bytes[2] memory attacks = [
            abi.encodeCall(registry.finalize, (next, sign(next, 6))),
            abi.encodeCall(registry.register, (address(other), HASH, LINK, signers, 0, 6))
        ];
        for (uint256 i = 0; i < attacks.length; ++i) {
            finalizeWithCalls(
                callsOf(address(forwarder), abi.encodeCall(Forwarder.forward, (address(registry), attacks[i])))
            );
            vm.assertFalse(forwarder.succeeded());
            vm.assertEq(uint256(registry.record(address(target)).version), 2 + i);
            next.upgrades[0].version = 4;
        }
        // The same bytes, sent from outside, are good: only the lock refused them.
        forwarder.forward(address(registry), attacks[1]);
        vm.assertTrue(forwarder.succeeded());
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function approvalWith(ITypedMessages.Call[] memory calls)
        private
        view
        returns (ITypedMessages.Approval memory approval)
    {
        approval = approvalOf(address(target));
        approval.upgrades[0].calls = calls;
    }

    function finalizeWithCalls(ITypedMessages.Call[] memory calls) private {
        ITypedMessages.Approval memory approval = approvalWith(calls);
        registry.finalize(approval, sign(approval, 6));
    }

    /// @dev I6: refused, and nothing is different afterwards.
    function refuse(ITypedMessages.Call[] memory calls, bytes memory reason) private {
        ITypedMessages.Approval memory approval = approvalWith(calls);
        bytes memory signatures = sign(approval, 6);
        bytes32 before = stateOf(address(target));
        vm.expectRevert(reason);
        registry.finalize(approval, signatures);
        vm.assertEq(stateOf(address(target)), before);
    }
}
