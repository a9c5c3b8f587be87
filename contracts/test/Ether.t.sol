// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Forced} from "./Executor.t.sol";
import {EveryFunction} from "./base/EveryFunction.sol";
import {Logic} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice I19: neither the registry, nor Governance, nor the references ever hold ether; what is forced on them is nobody's.
contract EtherTest is EveryFunction {
    address[3] private homes;

    function setUp() public override {
        super.setUp();
        homes = [address(registry), address(references), vm.computeCreateAddress(address(registry), 3)];
        vm.deal(address(this), 100);
    }

    /// @dev Each passes without.
    function test_every_takesNoEther() public {
        collect(6);
        add(address(registry), address(this), abi.encodeCall(registry.propose, (approvalOf(follower), "")), 0);
        add(address(references), stranger, writing(), 0);
        bytes memory data =
            abi.encodeCall(references.advance, ("other", HASH, COMMIT, address(one), codeHashOf(address(one))));
        add(address(references), stranger, data, 0);
        add(address(references), address(this), abi.encodeCall(references.keep, (manager, KEY)), 0);
        for (uint256 i = 0; i < made.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            if (made[i].ripensAt != 0) vm.warp(made[i].ripensAt);
            address by = made[i].by == address(0) ? address(this) : made[i].by;
            vm.deal(by, 1);
            vm.prank(by);
            (bool success,) = made[i].to.call{value: 1}(made[i].data);
            vm.assertFalse(success);
            vm.deal(by, 0);
            vm.prank(by);
            (success,) = made[i].to.call(made[i].data);
            vm.assertTrue(success);
            assertEmpty(0);
            vm.revertToState(snapshot);
        }
    }

    function test_homes_takeNoPlainEther() public {
        for (uint256 i = 0; i < homes.length; ++i) {
            (bool success,) = homes[i].call{value: 1}("");
            vm.assertFalse(success);
            (success,) = homes[i].call{value: 1}(hex"12345678");
            vm.assertFalse(success);
        }
        assertEmpty(0);
    }

    /// @dev Governance's code at its own address takes none, either.
    function test_governance_takesNoEtherAtItsOwnAddress() public {
        bytes memory data = abi.encodeCall(registry.propose, (approvalOf(follower), ""));
        (bool success,) = homes[2].call{value: 1}(data);
        vm.assertFalse(success);
        (success,) = homes[2].call(data);
        vm.assertTrue(success);
    }

    /// @dev What comes with a deployment goes on to the follower.
    function testFuzz_deploy_passesEtherOn(uint8 value) public {
        vm.deal(address(this), value);
        bytes memory data = abi.encodeCall(Logic.initialize, (7));
        address deployed = references.deploy{value: value}(HASH, manager, KEY, 0, data);
        vm.assertEq(deployed.balance, value);
        assertEmpty(0);
    }

    /// @dev Whatever is called, forced ether stays where it is: the calls' value is the executor's.
    /// forge-config: default.fuzz.runs = 16
    /// forge-config: deep.fuzz.runs = 60
    function testFuzz_forced_isNobodys(uint96 amount) public {
        vm.deal(address(this), 3 * uint256(amount));
        for (uint256 i = 0; i < homes.length; ++i) {
            new Forced{value: amount}(payable(homes[i]));
        }
        ITypedMessages.Approval memory approval = approvalOf(follower);
        approval.upgrades[0].calls = callsOf(stranger, "");
        approval.upgrades[0].calls[0].value = 1;
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CallValueTooHigh.selector, stranger, 1, 0));
        registry.finalize(approval, signatures);
        collect(6);
        for (uint256 i = 0; i < made.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            if (made[i].ripensAt != 0) vm.warp(made[i].ripensAt);
            vm.prank(made[i].by);
            (bool success,) = made[i].to.call(made[i].data);
            vm.assertTrue(success);
            assertEmpty(amount);
            vm.revertToState(snapshot);
        }
        vm.deal(registry.executor(follower), 1);
        registry.finalize(approval, signatures);
        vm.assertEq(stranger.balance, 1);
        assertEmpty(amount);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function writing() private view returns (bytes memory) {
        return abi.encodeCall(references.write, ("other", HASH, LINK, address(one), codeHashOf(address(one))));
    }

    function assertEmpty(uint256 forced) private view {
        for (uint256 i = 0; i < homes.length; ++i) {
            vm.assertEq(homes[i].balance, forced);
        }
    }
}
