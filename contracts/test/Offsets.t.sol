// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Target} from "./base/RegistryTest.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {Vm, vm} from "./base/Vm.sol";

/// @notice I8: wherever in calldata the parts of an approval lie, what is done is what was signed. Nothing looks at whether
/// an offset leads beyond the calldata: there all is zero, and so was signed.
contract OffsetsTest is GovernanceTest {
    /// @dev The list of upgrades; its only member's offset counts from the word behind its length.
    uint256 private constant LIST = 0xa4;
    /// @dev Where the only upgrade of an approval begins: behind selector, head, a gap, approval and list.
    uint256 private constant UPGRADE = LIST + 0x40;
    uint256 private constant LINK_OFFSET = UPGRADE + 0x60;
    uint256 private constant CODE_OFFSET = UPGRADE + 0xa0;
    uint256 private constant CALLS_OFFSET = UPGRADE + 0xc0;
    uint256 private constant BEYOND = 1 << 255;

    function test_finalize_sameForALinkElsewhere() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        bytes memory data = finalizeOf(approval, sign(approval, 6));
        uint256 link = UPGRADE + wordAt(data, LINK_OFFSET);
        bytes memory moved = bytes.concat(data, abi.encodePacked(bytes(approval.upgrades[0].contractLink).length));
        moved = bytes.concat(moved, bytes(approval.upgrades[0].contractLink));
        set(moved, LINK_OFFSET, data.length - UPGRADE);
        set(moved, link + 32, 0);
        assertTaken(moved);
        vm.assertEq(registry.record(address(target)).contractLink, approval.upgrades[0].contractLink);
        vm.assertEq(target.calls(), 1);
    }

    /// @dev Signatures for the approval as it was before a word of it was replaced.
    function test_finalize_revertsWhereAnOffsetWasChanged() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        bytes memory data = finalizeOf(approval, sign(approval, 6));
        uint256[3] memory offsets = [LINK_OFFSET, CODE_OFFSET, CALLS_OFFSET];
        for (uint256 i = 0; i < offsets.length; ++i) {
            bytes memory changed = bytes.concat(data);
            set(changed, offsets[i], BEYOND);
            assertRefused(changed, IRegistryTypes.SignerUnknown.selector);
        }
        assertTaken(data);
    }

    function test_finalize_revertsForALinkBeyond() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        approval.upgrades[0].contractLink = "";
        bytes memory data = finalizeOf(approval, sign(approval, 6));
        set(data, LINK_OFFSET, BEYOND);
        assertRefused(data, IRegistryTypes.ContractLinkInvalid.selector);
    }

    function test_finalize_makesNoCallsWhereTheyLieBeyond() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        ITypedMessages.Call[] memory calls = approval.upgrades[0].calls;
        approval.upgrades[0].calls = new ITypedMessages.Call[](0);
        bytes memory signatures = sign(approval, 6);
        approval.upgrades[0].calls = calls;
        bytes memory data = finalizeOf(approval, signatures);
        set(data, CALLS_OFFSET, BEYOND);
        assertTaken(data);
        vm.assertEq(target.calls(), 0);
    }

    /// @dev Of each list and each run of bytes.
    function test_finalize_revertsForALengthBeyond() public {
        ITypedMessages.Approval memory approval = approvalWithCall();
        bytes memory data = finalizeOf(approval, sign(approval, 6));
        uint256[3] memory offsets = [LINK_OFFSET, CODE_OFFSET, CALLS_OFFSET];
        uint256[3] memory lengths = [type(uint256).max, uint256(1) << 251, uint256(1) << 64];
        for (uint256 i = 0; i < 9; ++i) {
            bytes memory changed = bytes.concat(data);
            set(changed, UPGRADE + wordAt(data, offsets[i / 3]), lengths[i % 3]);
            (bool success, bytes memory answer) = address(registry).call{gas: 1_000_000}(changed);
            vm.assertFalse(success);
            vm.assertEq(answer, "");
        }
        assertTaken(data);
    }

    // ------------------------------------------------------------------------------------------------- any word, anywhere

    /// @dev Round the end of the address space there is calldata again: a call whose value is the first word of arguments.
    function test_finalize_makesACallRoundTheEndAsItWasSigned() public {
        bytes memory data = unsigned();
        setCallRoundTheEnd(data);
        vm.assertTrue(isDoneAsSigned(data));
        vm.assertEq(address(0).balance, wordAt(data, 4));
    }

    function test_execute_makesACallRoundTheEndAsItWasSigned() public {
        setDelay(DELAY);
        bytes memory data = unsigned();
        setCallRoundTheEnd(data);
        vm.assertTrue(isScheduledAsSigned(data));
        vm.assertEq(address(0).balance, wordAt(data, 4));
    }

    function test_finalize_doesWhatWasSigned() public {
        vm.assertTrue(isDoneAsSigned(unsigned()));
        vm.assertEq(target.calls(), 1);
    }

    /// @dev Every member, length and offset of an approval, set to lead to any of its parts, or past either end.
    function testFuzz_finalize_doesWhatWasSigned(uint8 word, uint8 base, uint8 place) public {
        isDoneAsSigned(mutated(word, base, place));
    }

    function testFuzz_execute_doesWhatWasSigned(uint8 word, uint8 base, uint8 place) public {
        setDelay(DELAY);
        isScheduledAsSigned(mutated(word, base, place));
    }

    function testFuzz_propose_tellsWhatItHashed(uint8 word, uint8 base, uint8 place) public {
        bytes memory data = mutated(word, base, place);
        vm.recordLogs();
        (bool success,) = address(registry).call{gas: GAS}(withSelector(data, registry.propose.selector));
        if (!success) return;
        Vm.Log memory log = logOf(IRegistryTypes.Proposed.selector);
        (ITypedMessages.Approval memory told,) = abi.decode(log.data, (ITypedMessages.Approval, bytes));
        vm.assertEq(log.topics[1], digestOf(told));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev A length far beyond the calldata takes it all.
    uint256 private constant GAS = 3_000_000;

    /// @notice `finalize` with room for six signatures.
    function unsigned() private returns (bytes memory) {
        vm.deal(registry.executor(address(target)), 1 ether);
        return finalizeOf(approvalWithCall(), new bytes(6 * 65));
    }

    /// @dev Its target is the word before the end, its value the first word of arguments; its data begin where it does.
    function setCallRoundTheEnd(bytes memory data) private pure {
        uint256 list = UPGRADE + wordAt(data, CALLS_OFFSET) + 0x20;
        unchecked {
            set(data, list, 0 - uint256(0x1c) - list);
        }
    }

    function mutated(uint8 word, uint8 base, uint8 place) private returns (bytes memory data) {
        data = unsigned();
        uint256 calls = UPGRADE + wordAt(data, CALLS_OFFSET) + 0x20;
        uint256 made = calls + wordAt(data, calls);
        uint256[5] memory bases = [uint256(0), LIST + 0x20, UPGRADE, calls, made];
        uint256 end = data.length;
        uint256[24] memory places = [
            type(uint256).max,
            type(uint256).max - 0x1f,
            type(uint256).max - 0x1b,
            type(uint256).max - 0x3b,
            type(uint256).max - 0x5b,
            type(uint256).max - 0xdb,
            BEYOND,
            0,
            0x04,
            0x24,
            0x44,
            LIST,
            LIST + 0x20,
            UPGRADE,
            UPGRADE + wordAt(data, LINK_OFFSET),
            UPGRADE + wordAt(data, CODE_OFFSET),
            calls - 0x20,
            calls,
            made,
            made + wordAt(data, made + 0x60),
            end - 0x20,
            end - 1,
            end,
            end + 0x40
        ];
        uint256 words = (wordAt(data, 0x24) + 4 - LIST) / 0x20;
        unchecked {
            set(data, LIST + (word % words) * 0x20, places[place % places.length] - bases[base % bases.length]);
        }
    }

    /// @notice Whether it was taken with signatures for what the registry takes it for. If so, that is what was done.
    function isDoneAsSigned(bytes memory data) private returns (bool) {
        (bool isOne, bytes32 digest) = signIn(data);
        if (!isOne) return false;
        vm.startStateDiffRecording();
        vm.recordLogs();
        (bool success,) = address(registry).call{gas: GAS}(data);
        assertDone(success, data, digest);
        return success;
    }

    /// @notice The same of what is scheduled, told, and executed when it is ripe.
    function isScheduledAsSigned(bytes memory data) private returns (bool) {
        (bool isOne, bytes32 digest) = signIn(data);
        if (!isOne) return false;
        vm.recordLogs();
        (bool success,) = address(registry).call{gas: GAS}(withSelector(data, registry.schedule.selector));
        if (!success) return false;
        Vm.Log memory log = logOf(IRegistryTypes.ApprovalScheduled.selector);
        vm.assertEq(log.topics[1], digest);
        vm.assertEq(digestOf(abi.decode(log.data, (ITypedMessages.Approval))), digest);
        skip(DELAY);
        vm.startStateDiffRecording();
        vm.recordLogs();
        (success,) = address(registry).call{gas: GAS}(withSelector(data, registry.execute.selector));
        assertDone(success, data, digest);
        return success;
    }

    /// @dev The digest is that of what the registry told and what its executor called: nothing else is read from the
    /// calldata but the gas that the call was to have at least.
    function assertDone(bool success, bytes memory data, bytes32 digest) private {
        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        if (!success) return;
        ITypedMessages.Approval memory done;
        done.deadline = uint64(wordAt(data, LIST - 0x20));
        done.upgrades = new ITypedMessages.Upgrade[](1);
        done.upgrades[0] = told(digest);
        done.upgrades[0].calls = callsIn(accesses, uint64(minGasIn(data)));
        vm.assertEq(digestOf(done), digest);
        vm.assertEq(registry.record(address(target)).contractLink, done.upgrades[0].contractLink);
    }

    function told(bytes32 digest) private returns (ITypedMessages.Upgrade memory upgrade) {
        Vm.Log memory log = logOf(IRegistryTypes.RecordChanged.selector);
        upgrade.contractAddress = address(uint160(uint256(log.topics[1])));
        upgrade.contractHash = log.topics[2];
        vm.assertEq(log.topics[3], digest);
        (upgrade.version, upgrade.contractLink, upgrade.buildHash, upgrade.code) =
            abi.decode(log.data, (uint64, string, bytes32, ITypedMessages.Code[]));
    }

    function callsIn(Vm.AccountAccess[] memory accesses, uint64 minGas)
        private
        view
        returns (ITypedMessages.Call[] memory calls)
    {
        address executor = registry.executor(address(target));
        uint256 count = 0;
        calls = new ITypedMessages.Call[](accesses.length);
        for (uint256 i = 0; i < accesses.length; ++i) {
            Vm.AccountAccess memory access = accesses[i];
            if (access.kind != 0 || access.accessor != executor) continue;
            calls[count++] = ITypedMessages.Call(access.account, access.value, minGas, access.data);
        }
        assembly ("memory-safe") {
            mstore(calls, count)
        }
    }

    function minGasIn(bytes memory data) private pure returns (uint256) {
        unchecked {
            uint256 upgrade = LIST + 0x20 + wordAt(data, LIST + 0x20);
            uint256 list = upgrade + wordAt(data, upgrade + 0xc0) + 0x20;
            return wordAt(data, list + wordAt(data, list) + 0x40);
        }
    }

    function logOf(bytes32 topic) private returns (Vm.Log memory) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == topic) return logs[i];
        }
        revert("expected the event, found none");
    }

    /// @notice The digest that the registry takes it for, and six signatures for that in their room.
    function signIn(bytes memory data) private view returns (bool success, bytes32 digest) {
        bytes memory answer;
        (success, answer) = address(registry).staticcall{gas: GAS}(withSelector(data, registry.hashApproval.selector));
        if (!success) return (false, 0);
        digest = abi.decode(answer, (bytes32));
        bytes memory signatures = quorum(digest);
        uint256 room = 4 + wordAt(data, 0x24) + 0x20;
        for (uint256 i = 0; i < signatures.length; ++i) {
            data[room + i] = signatures[i];
        }
    }

    /// @dev Where the arguments stand does not change, so that what leads round the end leads to the same words.
    function withSelector(bytes memory data, bytes4 selector) private pure returns (bytes memory asked) {
        asked = bytes.concat(data);
        for (uint256 i = 0; i < 4; ++i) {
            asked[i] = selector[i];
        }
    }

    /// @dev With a word in the gap that nobody needs: here a sender can place what he likes.
    function finalizeOf(ITypedMessages.Approval memory approval, bytes memory signatures)
        private
        view
        returns (bytes memory)
    {
        bytes memory list = abi.encode(approval.upgrades, approval.deadline);
        // Behind the head: the list's offset and the deadline, as the approval has them.
        uint256 atSignatures = 0x60 + list.length;
        return bytes.concat(
            abi.encodeWithSelector(registry.finalize.selector, uint256(0x60), atSignatures, uint256(0)),
            list,
            abi.encode(signatures.length),
            signatures
        );
    }

    function approvalWithCall() private view returns (ITypedMessages.Approval memory approval) {
        approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(address(target));
        approval.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("a")));
    }

    function assertTaken(bytes memory data) private {
        (bool success,) = address(registry).call(data);
        vm.assertTrue(success);
    }

    function assertRefused(bytes memory data, bytes4 reason) private {
        (bool success, bytes memory answer) = address(registry).call(data);
        vm.assertFalse(success);
        vm.assertEq(bytes32(bytes4(answer)), bytes32(reason));
    }

    /// @dev As CALLDATALOAD: zero beyond.
    function wordAt(bytes memory data, uint256 place) private pure returns (uint256 word) {
        for (uint256 i = 0; i < 32 && place < data.length && i < data.length - place; ++i) {
            word |= uint256(uint8(data[place + i])) << (248 - 8 * i);
        }
    }

    function set(bytes memory data, uint256 place, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), place), word)
        }
    }
}
