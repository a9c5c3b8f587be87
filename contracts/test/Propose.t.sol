// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../src/interfaces/IRegistry.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {Vm, vm} from "./base/Vm.sol";

/// @notice Announcements store nothing; and what goes through the registry to its governance, or does not.
contract ProposeTest is GovernanceTest {
    /// @dev Whatever they are: the reader judges.
    function testFuzz_propose_tellsAllAndStoresNothing(address sender, bytes calldata signatures) public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].version = 99;
        approval.deadline = 1;
        bytes32 digest = digestOf(approval);
        bytes32 before = governedStateOf(address(target));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Proposed(digest, sender, approval, signatures);
        vm.prank(sender);
        registry.propose(approval, signatures);
        vm.assertEq(governedStateOf(address(target)), before);
        assertScheduled(digest, IRegistryTypes.Status.None, 0);
    }

    function test_propose_takesAnEmptyApproval() public {
        ITypedMessages.Approval memory approval;
        vm.recordLogs();
        registry.propose(approval, "");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        vm.assertEq(logs[0].topics[0], IRegistryTypes.Proposed.selector);
        vm.assertEq(logs[0].topics[1], digestOf(approval));
    }

    // ----------------------------------------------------------------------------------------------------- governance

    function test_registry_refusesUnknownFunctions() public {
        (bool success,) = address(registry).call(hex"12345678");
        vm.assertFalse(success);
        (success,) = address(registry).call("");
        vm.assertFalse(success);
    }

    /// @dev I19.
    function test_governance_isNotPayable() public {
        vm.deal(address(this), 1);
        (bool success,) =
            address(registry).call{value: 1}(abi.encodeCall(registry.propose, (approvalOf(address(target)), "")));
        vm.assertFalse(success);
    }

    /// @dev The code that runs in the registry's storage has no records in its own.
    function test_governance_byItselfIsNothing() public {
        address governance = vm.computeCreateAddress(address(registry), 3);
        vm.assertEq(IRegistry(governance).executorImplementation(), registry.executorImplementation());
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = quorum(digestOf(rotation));
        (bool success, bytes memory reason) = governance.call(abi.encodeCall(registry.rotate, (rotation, signatures)));
        vm.assertFalse(success);
        vm.assertEq(reason, abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, address(target)));
        (success, reason) = governance.call(abi.encodeCall(registry.proposeCurator, (stranger)));
        vm.assertFalse(success);
        vm.assertEq(reason, abi.encodeWithSelector(IRegistryTypes.OnlyCurator.selector, address(this), address(0)));
    }
}
