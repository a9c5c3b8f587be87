// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Council, CouncilStore} from "../src/libraries/Council.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Councils found by their number, and counted once where they are alike.
contract CouncilTest is RegistryTest {
    using CouncilStore for Council;
    using CouncilStore for bytes;
    using CouncilStore for uint32;

    // ------------------------------------------------------------------------------------------------------- numbers

    function test_addressOf_whereTheLengthOfTheNumberChanges() public view {
        uint32[8] memory edges = [uint32(1), 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, type(uint24).max];
        for (uint256 i = 0; i < edges.length; ++i) {
            assertAddress(edges[i]);
            assertAddress(edges[i] + 1);
        }
        assertAddress(type(uint32).max);
    }

    function testFuzz_addressOf_isWhatTheChainGives(uint32 number) public view {
        vm.assume(number != 0);
        assertAddress(number);
    }

    function test_write_revertsUnderAnotherNumber() public {
        uint32 next = uint32(vm.getNonce(address(this)));
        vm.expectRevert(IRegistryTypes.CouncilNotStored.selector);
        this.write(next + 1);
        this.write(next);
        vm.assertEq(next.read().size(), 9);
    }

    function write(uint32 number) external {
        Council memory council;
        council.signers = signers;
        council.write(number);
    }

    /// @dev Past 0x7f and 0xff, with executors created in between.
    function test_register_findsEveryCouncilAgain() public {
        address[] memory one = new address[](1);
        Target[] memory targets = new Target[](300);
        for (uint256 i = 0; i < targets.length; ++i) {
            targets[i] = new Target(address(this));
            one[0] = signers[i % 9];
            register(address(targets[i]), one, 1);
            if (i % 100 == 7) callBy(targets[i], keys[i % 9]);
        }
        for (uint256 i = 0; i < targets.length; ++i) {
            IRegistryTypes.Record memory record = registry.record(address(targets[i]));
            vm.assertEq(record.signers[0], signers[i % 9]);
            vm.assertEq(uint256(record.version), i % 100 == 7 ? 2 : 1);
        }
    }

    /// @dev Versions have 32 bits on chain: what is beyond them is not cut off.
    function test_finalize_revertsForAVersionBeyond32Bits() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        uint64 version = approval.upgrades[0].version + (uint64(1) << 32);
        approval.upgrades[0].version = version;
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), version, 2));
        registry.finalize(approval, signatures);
    }

    /// @dev Its executor is created by this.
    function callBy(Target called, uint256 key) private {
        ITypedMessages.Approval memory approval = approvalOf(address(called));
        approval.upgrades[0].calls = callsOf(address(called), abi.encodeCall(Target.note, ("")));
        registry.finalize(approval, signWith(key, digestOf(approval)));
        vm.assertEq(called.calls(), 1);
    }

    // ---------------------------------------------------------------------------------------------------------- alike

    /// @dev One record's signer took his word back: that record lacks it, though both have the same signers.
    function test_finalize_votesCountForTheirRecordAlone() public {
        Target twin = twinOf(6);
        ITypedMessages.Approval memory approval = approvalOfBoth(twin);
        bytes32 digest = digestOf(approval);
        vm.prank(signers[0]);
        registry.revoke(address(twin), digest);
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(twin), 5, 6));
        registry.finalize(approval, signatures);
        registry.finalize(approval, sign(approval, 7));
        vm.assertEq(uint256(registry.record(address(twin)).version), 2);
    }

    function test_finalize_oneQuorumForAllWithTheSameCouncil() public {
        Target twin = twinOf(6);
        ITypedMessages.Approval memory approval = approvalOfBoth(twin);
        bytes memory signatures = sign(approval, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, approval.upgrades[0].contractAddress, 5, 6)
        );
        registry.finalize(approval, signatures);
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(uint256(registry.record(address(target)).version), 2);
        vm.assertEq(uint256(registry.record(address(twin)).version), 2);
    }

    /// @dev The same signers, and each record by its own threshold.
    function test_finalize_eachByItsOwnThreshold() public {
        Target twin = twinOf(8);
        ITypedMessages.Approval memory approval = approvalOfBoth(twin);
        bytes memory signatures = sign(approval, 7);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(twin), 7, 8));
        registry.finalize(approval, signatures);
        registry.finalize(approval, sign(approval, 8));
        vm.assertEq(uint256(registry.record(address(twin)).version), 2);
    }

    function twinOf(uint8 minSignatures) private returns (Target twin) {
        twin = new Target(address(this));
        register(address(twin), signers, minSignatures);
    }

    function approvalOfBoth(Target twin) private view returns (ITypedMessages.Approval memory approval) {
        approval = approvalOf(address(target));
        ITypedMessages.Upgrade memory first = approval.upgrades[0];
        approval.upgrades = new ITypedMessages.Upgrade[](2);
        approval.upgrades[0] = first;
        approval.upgrades[1] = upgradeOf(address(twin));
    }

    function assertAddress(uint32 number) private view {
        vm.assertEq(CouncilStore.addressOf(number), vm.computeCreateAddress(address(this), number));
    }
}
