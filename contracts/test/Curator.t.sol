// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice R93: the curatorship goes on in two steps, by two.
contract CuratorTest is GovernanceTest {
    address private next = address(0xC2);

    function test_proposeCurator_changesNothingYet() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.CuratorProposed(curator, next);
        vm.prank(curator);
        registry.proposeCurator(next);
        vm.assertEq(registry.curator(), curator);
        vm.assertEq(registry.pendingCurator(), next);
    }

    function test_acceptCuratorship_byWhomWasProposed() public {
        propose(next);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.CuratorChanged(curator, next);
        vm.prank(next);
        registry.acceptCuratorship();
        vm.assertEq(registry.curator(), next);
        vm.assertEq(registry.pendingCurator(), address(0));

        // The former one is nobody now.
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyCurator.selector, curator, next));
        vm.prank(curator);
        registry.proposeCurator(curator);
        vm.etch(address(0xB0), hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.RegistrationUnauthorized.selector, address(0xB0), curator, address(0))
        );
        vm.prank(curator);
        register(address(0xB0), signers, 6);
        vm.prank(next);
        register(address(0xB0), signers, 6);
    }

    function test_acceptCuratorship_revertsTheSecondTime() public {
        propose(next);
        vm.prank(next);
        registry.acceptCuratorship();
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyPendingCurator.selector, next, address(0)));
        vm.prank(next);
        registry.acceptCuratorship();
    }

    /// @dev I17.
    function testFuzz_acceptCuratorship_revertsForAllOthers(address sender) public {
        vm.assume(sender != next);
        propose(next);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyPendingCurator.selector, sender, next));
        vm.prank(sender);
        registry.acceptCuratorship();
    }

    /// @dev I13.
    function testFuzz_proposeCurator_revertsForAllButTheCurator(address sender) public {
        vm.assume(sender != curator);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyCurator.selector, sender, curator));
        vm.prank(sender);
        registry.proposeCurator(sender);
    }

    /// @dev A new proposal overwrites; zero takes it back.
    function test_proposeCurator_overwritesAndTakesBack() public {
        propose(stranger);
        propose(next);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyPendingCurator.selector, stranger, next));
        vm.prank(stranger);
        registry.acceptCuratorship();
        propose(address(0));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyPendingCurator.selector, next, address(0)));
        vm.prank(next);
        registry.acceptCuratorship();
        vm.assertEq(registry.curator(), curator);
    }

    /// @dev The curator governs no record.
    function test_curator_hasNoSayInRecords() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        vm.prank(curator);
        registry.finalize(approval, "");
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.OnlyGuardian.selector, address(target), curator, address(0))
        );
        vm.prank(curator);
        registry.pause(address(target), 1);
    }

    function propose(address pending) private {
        vm.prank(curator);
        registry.proposeCurator(pending);
    }
}
