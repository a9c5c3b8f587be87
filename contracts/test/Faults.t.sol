// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Which fault is told where an approval of two records has several. What is asked of all records comes step by
/// step, and within a step the first record's fault comes first: deadline, records, signatures, quorum, then gate, delay
/// and pause of one record after the other, code, hash and link of one after the other, and the calls.
contract FaultsTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        (rotation.guardian, rotation.gate) = (guardian, gate);
        rotate(rotation);
        setOtherDelay(DELAY);
    }

    /// @dev Every fault at once, mended from the first to the last that is told.
    function test_finalize_tellsTheFirstFault() public {
        ITypedMessages.Approval memory faulty = approvalOfBoth();
        faulty.deadline = uint64(NOW - 1);
        faulty.upgrades[0].version = 9;
        faulty.upgrades[1].contractAddress = stranger;
        faulty.upgrades[0].code = codeOf(address(other));
        faulty.upgrades[0].code[0].codeHash = HASH;
        faulty.upgrades[1].contractHash = 0;
        faulty.upgrades[0].calls = callsOf(stranger, "a");
        faulty.upgrades[1].calls = callsOf(address(registry), "a");
        pause(1 days);
        address sender = stranger;

        expectTold(faulty, sender, abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, NOW - 1, NOW));
        faulty.deadline = uint64(NOW);
        expectTold(
            faulty, sender, abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 9, 3)
        );
        faulty.upgrades[0].version = 3;
        expectTold(faulty, sender, abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        faulty.upgrades[1].contractAddress = address(target);
        faulty.upgrades[1].version = 9;
        expectTold(faulty, sender, abi.encodeWithSelector(IRegistryTypes.DuplicateContract.selector, address(target)));
        faulty.upgrades[1].contractAddress = address(other);
        expectTold(
            faulty, sender, abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(other), 9, 3)
        );
        faulty.upgrades[1].version = 3;
        expectSignaturesTold(faulty);
        expectTold(
            faulty, sender, abi.encodeWithSelector(IRegistryTypes.OnlyGate.selector, address(target), sender, gate)
        );
        sender = gate;
        expectTold(
            faulty, sender, abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days)
        );
        vm.warp(NOW + 1 days);
        faulty.deadline = uint64(NOW + 1 days);
        expectTold(faulty, sender, abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(other), DELAY));
        endDelayOfOther();
        faulty.upgrades[1].version = 4;
        faulty.deadline = uint64(vm.getBlockTimestamp());
        expectChangesTold(faulty);
    }

    /// @dev The order of the records is that of the message, whatever their addresses.
    function test_finalize_tellsTheFirstRecordsFault() public {
        ITypedMessages.Approval memory faulty = approvalOfBoth();
        faulty.upgrades[0].contractHash = 0;
        faulty.upgrades[1].contractHash = 0;
        faulty.upgrades[0].version = 7;
        faulty.upgrades[1].version = 8;
        for (uint256 i = 0; i < 2; ++i) {
            ITypedMessages.Upgrade memory first = faulty.upgrades[0];
            expectTold(
                faulty,
                gate,
                abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, first.contractAddress, first.version, 3)
            );
            (faulty.upgrades[0], faulty.upgrades[1]) = (faulty.upgrades[1], first);
        }
    }

    /// @dev A schedule looks at quorums and gates; delays and pauses are for later.
    function test_schedule_tellsTheFirstFault() public {
        ITypedMessages.Approval memory faulty = approvalOfBoth();
        faulty.upgrades[0].contractHash = 0;
        pause(1 days);
        bytes32 digest = digestOf(faulty);
        bytes memory signatures = otherQuorum(digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        registry.schedule(faulty, signatures);
        signatures = bothQuorums(digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyGate.selector, address(target), stranger, gate));
        vm.prank(stranger);
        registry.schedule(faulty, signatures);
        vm.prank(gate);
        registry.schedule(faulty, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days));
        registry.execute(faulty);
        skip(1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(1 days) - int256(uint256(DELAY)))
        );
        registry.execute(faulty);
        vm.warp(NOW + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractHashZero.selector, address(target)));
        registry.execute(faulty);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev A signature that nobody's record has is told before the quorum that is not there.
    function expectSignaturesTold(ITypedMessages.Approval memory faulty) private {
        bytes32 digest = digestOf(faulty);
        uint256 key = uint256(keccak256("nobody's"));
        bytes memory signatures = signWith(key, digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, vm.addr(key), false));
        registry.finalize(faulty, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        registry.finalize(faulty, "");
        signatures = quorum(digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(other), 0, 2));
        registry.finalize(faulty, signatures);
    }

    /// @dev All records are changed before the first call is made.
    function expectChangesTold(ITypedMessages.Approval memory faulty) private {
        bytes32 found = address(other).codehash;
        expectTold(
            faulty, gate, abi.encodeWithSelector(IRegistryTypes.CodeMismatch.selector, address(other), found, HASH)
        );
        faulty.upgrades[0].code[0].codeHash = found;
        expectTold(faulty, gate, abi.encodeWithSelector(IRegistryTypes.ContractHashZero.selector, address(other)));
        faulty.upgrades[1].contractHash = HASH;
        faulty.upgrades[1].contractLink = "no link";
        expectTold(faulty, gate, abi.encodeWithSelector(IRegistryTypes.ContractLinkInvalid.selector, "no link"));
        faulty.upgrades[1].contractLink = LINK;
        expectTold(faulty, gate, abi.encodeWithSelector(IRegistryTypes.CallToNoCode.selector, stranger));
        faulty.upgrades[0].calls[0].data = "";
        expectTold(faulty, gate, abi.encodeWithSelector(IRegistryTypes.CallToRegistry.selector));
        faulty.upgrades[1].calls[0].target = address(other);
        faulty.upgrades[1].calls[0].data = abi.encodeWithSignature("calls()");
        bytes memory signatures = bothQuorums(digestOf(faulty));
        vm.prank(gate);
        registry.finalize(faulty, signatures);
    }

    function endDelayOfOther() private {
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.delay = 0;
        registry.scheduleRotation(rotation, otherQuorum(digestOf(rotation)));
        skip(DELAY);
        registry.executeRotation(rotation);
    }

    function expectTold(ITypedMessages.Approval memory faulty, address sender, bytes memory reason) private {
        bytes memory signatures = bothQuorums(digestOf(faulty));
        vm.expectRevert(reason);
        vm.prank(sender);
        registry.finalize(faulty, signatures);
    }
}
