// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

contract FinalizeTest is RegistryTest {
    // ------------------------------------------------------------------------------------------------------- effects

    function test_finalize_changesHashLinkAndVersion() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
        IRegistryTypes.Record memory record = registry.record(address(target));
        vm.assertEq(record.contractHash, NEXT_HASH);
        vm.assertEq(record.contractLink, NEXT_LINK);
        vm.assertEq(uint256(record.version), 2);
        vm.assertEq(record.signers, signers);
        vm.assertEq(uint256(record.minSignatures), 6);
    }

    function test_finalize_tellsWhatChanged() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(address(target));
        bytes memory signatures = sign(approval, 6);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.RecordChanged(
            address(target),
            NEXT_HASH,
            digestOf(approval),
            2,
            NEXT_LINK,
            approval.upgrades[0].buildHash,
            approval.upgrades[0].code
        );
        registry.finalize(approval, signatures);
    }

    function test_finalize_movesTheLinkElsewhere() public {
        string memory moved = "https://github.com/other/repo/tree/0123456789abcdef0123456789abcdef01234567";
        address executor = registry.executor(address(target));
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].contractLink = moved;
        registry.finalize(approval, sign(approval, 6));
        IRegistryTypes.Record memory record = registry.record(address(target));
        vm.assertEq(record.contractLink, moved);
        vm.assertEq(record.signers, signers);
        vm.assertEq(uint256(record.minSignatures), 6);
        vm.assertEq(registry.executor(address(target)), executor);

        approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(registry.record(address(target)).contractLink, NEXT_LINK);
    }

    /// @dev I13: the sender decides nothing, neither whether nor what.
    function testFuzz_finalize_anyoneMaySend(address sender) public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        vm.prank(sender);
        registry.finalize(approval, signatures);
        vm.assertEq(registry.record(address(target)).contractHash, NEXT_HASH);
    }

    /// @dev I13, with five signatures: nobody is a sixth by sending.
    function testFuzz_finalize_noSenderReplacesASignature(address sender, uint8 privileged) public {
        address[4] memory known = [signers[8], curator, address(registry), registry.executor(address(target))];
        if (privileged < 4) sender = known[privileged];
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        vm.prank(sender);
        registry.finalize(approval, signatures);
    }

    function test_finalize_isNotPayable() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory data = abi.encodeCall(registry.finalize, (approval, sign(approval, 6)));
        vm.deal(address(this), 1);
        (bool success,) = address(registry).call{value: 1}(data);
        vm.assertFalse(success);
    }

    // ----------------------------------------------------------------------------------------------- deadline, version

    function test_finalize_atTheDeadlineAndNotAfter() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        vm.warp(approval.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, approval.deadline, approval.deadline + 1)
        );
        registry.finalize(approval, signatures);
        vm.warp(approval.deadline);
        registry.finalize(approval, signatures);
    }

    function test_finalize_refusesDeadlinesMoreThanThirtyDaysAhead() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.deadline = type(uint64).max;
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, type(uint64).max, NOW + 30 days));
        registry.finalize(approval, signatures);

        approval.deadline = uint64(NOW + 30 days + 1);
        signatures = sign(approval, 6);
        vm.expectPartialRevert(IRegistryTypes.DeadlineTooFar.selector);
        registry.finalize(approval, signatures);
        vm.warp(NOW + 1);
        registry.finalize(approval, signatures);
    }

    /// @dev I2, I3.
    function test_finalize_revertsTheSecondTime() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        registry.finalize(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 2, 3));
        registry.finalize(approval, signatures);
    }

    function testFuzz_finalize_revertsForEveryOtherVersion(uint64 version) public {
        vm.assume(version != 2);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].version = version;
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), version, 2));
        registry.finalize(approval, signatures);
    }

    // --------------------------------------------------------------------------------------------- what is asked for

    function test_finalize_revertsWithoutUpgrades() public {
        ITypedMessages.Approval memory approval;
        approval.deadline = uint64(NOW + 1);
        vm.expectRevert(IRegistryTypes.NoRecords.selector);
        registry.finalize(approval, "");
    }

    function test_finalize_revertsForUnregistered() public {
        ITypedMessages.Approval memory approval = approvalOf(address(0xABC));
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, address(0xABC)));
        registry.finalize(approval, signatures);
    }

    function test_finalize_revertsForHashZero() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].contractHash = 0;
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractHashZero.selector, address(target)));
        registry.finalize(approval, signatures);
    }

    function test_finalize_revertsForOtherLinks() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].contractLink = "https://github.com/acme/vault/tree/main/contracts/vault";
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.ContractLinkInvalid.selector, approval.upgrades[0].contractLink)
        );
        registry.finalize(approval, signatures);
    }

    // ---------------------------------------------------------------------------------------------------------- code

    function test_finalize_revertsForOtherCode() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(address(target));
        approval.upgrades[0].code[0].codeHash = keccak256("other");
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.CodeMismatch.selector, address(target), address(target).codehash, keccak256("other")
            )
        );
        registry.finalize(approval, signatures);
    }

    /// @dev No account, an account without code, an EIP-7702 designator, a precompile: signed as they are found.
    function test_finalize_revertsForCodeThatNobodyCanMean() public {
        vm.deal(address(0xE0A), 1);
        vm.etch(address(0x7702), abi.encodePacked(hex"ef0100", address(target)));
        address[4] memory accounts = [address(0xDEAD), address(0xE0A), address(0x7702), address(1)];
        for (uint256 i = 0; i < accounts.length; ++i) {
            ITypedMessages.Approval memory approval = approvalOf(address(target));
            approval.upgrades[0].code = codeOf(accounts[i]);
            bytes memory signatures = sign(approval, 6);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRegistryTypes.CodeUnacceptable.selector, accounts[i], approval.upgrades[0].code[0].codeHash
                )
            );
            registry.finalize(approval, signatures);
        }
    }

    // ------------------------------------------------------------------------------------------------ several records

    function test_finalize_movesSeveralRecordsTogether() public {
        (Target other, uint256[] memory otherKeys) = registerOther();
        ITypedMessages.Approval memory approval = approvalOfBoth(other);
        approval.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("a")));
        approval.upgrades[1].calls = callsOf(address(other), abi.encodeCall(Target.note, ("b")));
        registry.finalize(approval, signBy(approval, join(keys, otherKeys)));
        vm.assertEq(uint256(registry.record(address(target)).version), 2);
        vm.assertEq(uint256(registry.record(address(other)).version), 2);
        vm.assertEq(target.calls(), 1);
        vm.assertEq(other.calls(), 1);
    }

    function test_finalize_countsEachRecordsOwnSigners() public {
        (Target other, uint256[] memory otherKeys) = registerOther();
        ITypedMessages.Approval memory approval = approvalOfBoth(other);
        bytes memory signatures = signBy(approval, keys);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(other), 0, 2));
        registry.finalize(approval, signatures);
        signatures = signBy(approval, otherKeys);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        registry.finalize(approval, signatures);
        vm.assertEq(uint256(registry.record(address(target)).version), 1);
        vm.assertEq(uint256(registry.record(address(other)).version), 1);
    }

    function test_finalize_countsASignerOfBothForBoth() public {
        Target other = new Target(address(this));
        register(address(other), signers, 3);
        ITypedMessages.Approval memory approval = approvalOfBoth(other);
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(uint256(registry.record(address(other)).version), 2);
    }

    function test_finalize_revertsForOneContractTwice() public {
        ITypedMessages.Approval memory approval = approvalOfBoth(target);
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DuplicateContract.selector, address(target)));
        registry.finalize(approval, signatures);
        approval.upgrades[1].version = 3;
        signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DuplicateContract.selector, address(target)));
        registry.finalize(approval, signatures);
    }

    /// @dev I6: the second record's call fails, and the first record is as it was.
    function test_finalize_isAllOrNothing() public {
        (Target other, uint256[] memory otherKeys) = registerOther();
        ITypedMessages.Approval memory approval = approvalOfBoth(other);
        approval.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("a")));
        approval.upgrades[1].calls = callsOf(address(other), abi.encodeCall(Target.fail, ("no")));
        bytes memory signatures = signBy(approval, join(keys, otherKeys));
        bytes32 before = keccak256(abi.encode(stateOf(address(target)), stateOf(address(other))));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CallReverted.selector, address(other), bytes("no")));
        registry.finalize(approval, signatures);
        vm.assertEq(keccak256(abi.encode(stateOf(address(target)), stateOf(address(other)))), before);
        vm.assertEq(target.calls(), 0);
        vm.assertEq(registry.executor(address(target)).code.length, 0);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function registerOther() private returns (Target other, uint256[] memory otherKeys) {
        address[] memory others;
        (otherKeys, others) = council("other", 3);
        other = new Target(address(this));
        register(address(other), others, 2);
    }

    function approvalOfBoth(Target other) private view returns (ITypedMessages.Approval memory approval) {
        approval = approvalOf(address(target));
        ITypedMessages.Upgrade memory first = approval.upgrades[0];
        approval.upgrades = new ITypedMessages.Upgrade[](2);
        approval.upgrades[0] = first;
        approval.upgrades[1] = upgradeOf(address(other));
    }

    function join(uint256[] memory a, uint256[] memory b) private pure returns (uint256[] memory all) {
        all = new uint256[](a.length + b.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = i < a.length ? a[i] : b[i - a.length];
        }
        sortByAddress(all);
    }

    function signBy(ITypedMessages.Approval memory approval, uint256[] memory by)
        private
        view
        returns (bytes memory signatures)
    {
        bytes32 digest = digestOf(approval);
        for (uint256 i = 0; i < by.length; ++i) {
            signatures = bytes.concat(signatures, signWith(by[i], digest));
        }
    }
}
