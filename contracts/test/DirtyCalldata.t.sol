// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Target} from "./base/RegistryTest.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Addresses and small integers whose unused bits are set are no other way to say the same, nor one to say
/// something else: they are refused while they are read, whatever was signed.
contract DirtyCalldataTest is ReferencesTest {
    /// @dev Where the arguments' first word begins: behind the selector.
    uint256 private constant SELECTOR = 4;

    function setUp() public override {
        super.setUp();
        write(address(one));
    }

    /// @dev The registry hashes an approval as its words stand in calldata: so the signatures are for what is sent, and
    /// nothing but the dirt is wrong.
    function test_finalize_refusesDirtyWords() public {
        ITypedMessages.Approval memory approval = fullApproval();
        uint256[6] memory words = wordsOf(approval);
        for (uint256 i = 0; i < words.length; ++i) {
            bytes memory data = abi.encodeCall(registry.hashApproval, (approval));
            // The deadline is read before anything is hashed.
            bytes32 digest = i == 5 ? digestOf(approval) : digestOf(data, words[i]);
            data = abi.encodeCall(registry.finalize, (approval, quorum(digest)));
            assertRefused(data, place(data, words[i]));
        }
        registry.finalize(approval, sign(approval, 6));
    }

    function test_schedule_refusesDirtyWords() public {
        setDelay(DELAY);
        ITypedMessages.Approval memory approval = fullApproval();
        uint256[6] memory words = wordsOf(approval);
        for (uint256 i = 0; i < words.length; ++i) {
            bytes memory data = abi.encodeCall(registry.hashApproval, (approval));
            bytes32 digest = i == 5 ? digestOf(approval) : digestOf(data, words[i]);
            data = abi.encodeCall(registry.schedule, (approval, quorum(digest)));
            assertRefused(data, place(data, words[i]));
        }
        schedule(approval);
    }

    /// @dev Its head is eleven words: signers and deadline among them, so the third is an offset.
    function test_rotate_refusesDirtyWords() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory data = abi.encodeCall(registry.rotate, (rotation, quorum(digestOf(rotation))));
        uint256 head = SELECTOR + 2 * 32;
        for (uint256 i = 0; i < 11; ++i) {
            if (i != 2) assertRefused(data, head + i * 32);
        }
        for (uint256 i = 0; i < signers.length; ++i) {
            assertRefused(data, head + (12 + i) * 32);
        }
        assertTaken(data);
    }

    function test_follow_refusesDirtyWords() public {
        ITypedMessages.Following memory following = followingOf(address(target), manager, KEY);
        bytes memory data = abi.encodeCall(registry.follow, (following, quorum(digestOf(following))));
        for (uint256 i = 0; i < 6; ++i) {
            // The key is a whole word.
            if (i != 3) assertRefused(data, SELECTOR + i * 32);
        }
        assertTaken(data);
    }

    function test_register_refusesDirtyWords() public {
        address added = address(new Target(address(this)));
        bytes memory data = abi.encodeCall(registry.register, (added, HASH, LINK, signers, 0, 6));
        uint256[3] memory words = [uint256(0), 4, 5];
        for (uint256 i = 0; i < words.length; ++i) {
            assertRefused(data, SELECTOR + words[i] * 32);
        }
        for (uint256 i = 0; i < signers.length; ++i) {
            assertRefused(data, place(data, uint160(signers[i])));
        }
        vm.assertEq(versionOf(added), 0);
        assertTaken(data);
        vm.assertEq(versionOf(added), 1);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @notice With code and a call, and each of their values once.
    function fullApproval() private view returns (ITypedMessages.Approval memory approval) {
        approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(address(one));
        approval.upgrades[0].calls = callsOf(address(other), abi.encodeCall(Target.note, ("a")));
        approval.upgrades[0].calls[0].minGas = 54_321;
    }

    function wordsOf(ITypedMessages.Approval memory approval) private view returns (uint256[6] memory words) {
        words[0] = uint160(address(target));
        words[1] = approval.upgrades[0].version;
        words[2] = uint160(address(one));
        words[3] = uint160(address(other));
        words[4] = approval.upgrades[0].calls[0].minGas;
        words[5] = approval.deadline;
    }

    /// @notice What the registry takes for the digest of an approval with a dirty word.
    function digestOf(bytes memory data, uint256 word) private view returns (bytes32) {
        (bool success, bytes memory answer) = address(registry).staticcall(dirtied(data, place(data, word)));
        vm.assertTrue(success);
        return abi.decode(answer, (bytes32));
    }

    /// @notice Where the only word of this value begins.
    function place(bytes memory data, uint256 word) private pure returns (uint256 found) {
        for (uint256 i = SELECTOR; i + 32 <= data.length; i += 32) {
            if (wordAt(data, i) != word) continue;
            vm.assertEq(found, 0);
            found = i;
        }
        vm.assertNotEq(found, 0);
    }

    function wordAt(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    function dirtied(bytes memory data, uint256 offset) private pure returns (bytes memory dirty) {
        dirty = bytes.concat(data);
        dirty[offset] |= 0x80;
    }

    /// @dev Without a reason, as nothing but the decoder reverts; where Governance's did, the delegatecall gives it one.
    function assertRefused(bytes memory data, uint256 offset) private {
        bytes32 before = everything();
        (bool success, bytes memory answer) = address(registry).call(dirtied(data, offset));
        vm.assertFalse(success);
        bool isGovernances = bytes4(data) != registry.finalize.selector && bytes4(data) != registry.register.selector;
        vm.assertEq(answer, isGovernances ? abi.encodeWithSelector(Errors.FailedCall.selector) : bytes(""));
        vm.assertEq(everything(), before);
    }

    function assertTaken(bytes memory data) private {
        (bool success,) = address(registry).call(data);
        vm.assertTrue(success);
    }

    function everything() private view returns (bytes32) {
        (bytes32 first, bytes32 second) = (governedStateOf(address(target)), governedStateOf(address(other)));
        return keccak256(abi.encode(first, second, other.calls(), references.managerOf(address(target))));
    }
}
