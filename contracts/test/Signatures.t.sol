// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {TypedData} from "./base/TypedData.sol";
import {vm} from "./base/Vm.sol";

/// @notice Only canonical signatures of current signers over exactly this message count (I1, I8, I9; S58 to S63).
contract SignaturesTest is RegistryTest {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    ITypedMessages.Approval private approval;
    bytes32 private digest;

    function setUp() public override {
        super.setUp();
        ITypedMessages.Approval memory built = approvalOf(address(target));
        built.upgrades[0].code = codeOf(address(target));
        built.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("x")));
        approval.deadline = built.deadline;
        approval.upgrades.push();
        ITypedMessages.Upgrade storage upgrade = approval.upgrades[0];
        upgrade.contractAddress = built.upgrades[0].contractAddress;
        upgrade.version = built.upgrades[0].version;
        upgrade.contractHash = built.upgrades[0].contractHash;
        upgrade.contractLink = built.upgrades[0].contractLink;
        upgrade.buildHash = built.upgrades[0].buildHash;
        upgrade.code.push(built.upgrades[0].code[0]);
        upgrade.calls.push(built.upgrades[0].calls[0]);
        digest = digestOf(built);
    }

    function test_finalize_takesExactlyTheQuorumOrMore() public {
        for (uint256 count = 6; count <= 9; ++count) {
            ITypedMessages.Approval memory next = approvalOf(address(target));
            registry.finalize(next, sign(next, count));
        }
    }

    function testFuzz_finalize_takesAnyQuorum(uint16 chosen) public {
        bytes memory signatures;
        uint256 count = 0;
        for (uint256 i = 0; i < 9; ++i) {
            if ((chosen >> i) & 1 == 0) continue;
            signatures = bytes.concat(signatures, signWith(keys[i], digest));
            ++count;
        }
        if (count < 6) {
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), count, 6));
        }
        registry.finalize(approval, signatures);
    }

    function test_finalize_revertsForNoSignatures() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        registry.finalize(approval, "");
    }

    // --------------------------------------------------------------------------------------------------------- order

    function test_finalize_revertsForOneSignerTwice() public {
        bytes memory first = signWith(keys[0], digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, signers[0], signers[0]));
        registry.finalize(approval, bytes.concat(first, first));
    }

    function test_finalize_revertsForUnsorted() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, signers[1], signers[0]));
        registry.finalize(approval, bytes.concat(signWith(keys[1], digest), signWith(keys[0], digest)));
    }

    function test_finalize_revertsForStrangers() public {
        (uint256[] memory strangers, address[] memory addresses) = council("stranger", 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, addresses[0], false));
        registry.finalize(approval, signWith(strangers[0], digest));
    }

    /// @dev Beyond the last signer, and after a full quorum: still refused.
    function test_finalize_revertsForAStrangerAfterTheQuorum() public {
        uint256 key = keyAbove(signers[8]);
        bytes memory signatures = bytes.concat(sign(approval, 9), signWith(key, digest));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, vm.addr(key), false));
        registry.finalize(approval, signatures);
    }

    // ---------------------------------------------------------------------------------------------------------- form

    function testFuzz_finalize_revertsForTruncated(uint256 length) public {
        bytes memory signatures = sign(approval, 6);
        length = length % signatures.length;
        vm.assume(length % 65 != 0);
        bytes memory cut = prefix(signatures, length);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.SignaturesTruncated.selector, length - length % 65, length)
        );
        registry.finalize(approval, cut);
    }

    function testFuzz_finalize_revertsForTrailingBytes(uint8 extra) public {
        vm.assume(extra % 65 != 0);
        bytes memory signatures = bytes.concat(sign(approval, 9), new bytes(extra % 65));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignaturesTruncated.selector, 9 * 65, signatures.length));
        registry.finalize(approval, signatures);
    }

    function test_finalize_revertsForHighS() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest);
        bytes32 high = bytes32(ORDER - uint256(s));
        v = v == 27 ? 28 : 27;
        vm.assertEq(ecrecover(digest, v, r, high), signers[0]);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignatureInvalid.selector, 0, r, high, v));
        registry.finalize(approval, abi.encodePacked(r, high, v));
    }

    /// @dev v 0 marks a contract's entry, where r is no clean address.
    function testFuzz_finalize_revertsForEveryOtherV(uint8 v) public {
        vm.assume(v != 27 && v != 28);
        (, bytes32 r, bytes32 s) = vm.sign(keys[0], digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignatureInvalid.selector, 0, r, s, v));
        registry.finalize(approval, abi.encodePacked(r, s, v));
    }

    function test_finalize_revertsForTheZeroSigner() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignatureInvalid.selector, 0, bytes32(0), bytes32(0), 27));
        registry.finalize(approval, abi.encodePacked(bytes32(0), bytes32(0), uint8(27)));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, address(0), address(0)));
        registry.finalize(approval, contractEntry(address(0), ""));
    }

    function test_finalize_revertsForShortForms() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest);
        bytes32 vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignaturesTruncated.selector, 0, 64));
        registry.finalize(approval, abi.encodePacked(r, vs));
    }

    /// @dev Anything in place of the last signature is no sixth signature.
    function testFuzz_finalize_revertsForNoise(bytes32 r, bytes32 s, uint8 v) public {
        bytes memory signatures = bytes.concat(sign(approval, 5), abi.encodePacked(r, s, v));
        bytes32 before = stateOf(address(target));
        vm.expectRevert();
        registry.finalize(approval, signatures);
        vm.assertEq(stateOf(address(target)), before);
    }

    // ------------------------------------------------------------------------------------------------ another message

    /// @dev I8: a signature over anything but this very message recovers to a stranger.
    function test_finalize_revertsWhenAnyFieldDiffers() public {
        bytes memory signatures = sign(approval, 6);
        for (uint256 field = 0; field < 13; ++field) {
            ITypedMessages.Approval memory other = approval;
            ITypedMessages.Upgrade memory upgrade = other.upgrades[0];
            if (field == 0) other.deadline -= 1;
            if (field == 1) upgrade.contractHash = keccak256("other");
            if (field == 2) upgrade.contractLink = LINK;
            if (field == 3) upgrade.buildHash = 0;
            if (field == 4) upgrade.code = new ITypedMessages.Code[](0);
            if (field == 5) upgrade.calls = new ITypedMessages.Call[](0);
            if (field == 6) upgrade.calls[0].target = address(this);
            if (field == 7) upgrade.calls[0].value = 1;
            if (field == 8) upgrade.calls[0].minGas = 1;
            if (field == 9) upgrade.calls[0].data = abi.encodeCall(Target.note, ("y"));
            if (field == 10) upgrade.code[0].account = address(registry);
            if (field == 11) upgrade.code[0].codeHash = 0;
            if (field == 12) upgrade.contractAddress = registerTwin();
            vm.expectRevert();
            registry.finalize(other, signatures);
        }
        registry.finalize(approval, signatures);
    }

    function test_finalize_revertsForOtherChainRegistryNameOrForm() public {
        bytes32 structHash = TypedData.hash(approval);
        bytes32 separator = registry.DOMAIN_SEPARATOR();
        bytes32[6] memory others = [
            TypedData.digest(TypedData.domainSeparator(block.chainid + 1, address(registry)), structHash),
            TypedData.digest(TypedData.domainSeparator(block.chainid, address(this)), structHash),
            TypedData.digest(separator, approval.upgrades[0].contractHash),
            keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", digest)),
            structHash,
            keccak256(abi.encodePacked(digest))
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory signatures = signWith(keys[0], others[i]);
            vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
            registry.finalize(approval, signatures);
        }
    }

    function test_finalize_diesWithTheChainId() public {
        bytes memory signatures = sign(approval, 6);
        vm.chainId(block.chainid + 1);
        vm.expectRevert();
        registry.finalize(approval, signatures);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function registerTwin() private returns (address twin) {
        twin = address(new Target(address(this)));
        register(twin, signers, 6);
    }

    function keyAbove(address signer) private pure returns (uint256 key) {
        key = 1;
        while (vm.addr(key) <= signer) ++key;
    }

    function prefix(bytes memory data, uint256 length) private pure returns (bytes memory cut) {
        cut = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            cut[i] = data[i];
        }
    }
}
