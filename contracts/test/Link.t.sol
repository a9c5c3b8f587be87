// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {Link} from "../src/libraries/Link.sol";
import {vm} from "./base/Vm.sol";

contract LinkHarness {
    function split(string calldata link) external pure returns (bytes memory, bytes20, bytes memory) {
        return Link.split(link);
    }

    function commitBetween(bytes memory head, string calldata link, bytes memory tail)
        external
        pure
        returns (bool, bytes20)
    {
        return Link.commitBetween(bytes.concat(head, tail), 0, head.length, link);
    }

    function join(bytes memory head, bytes20 commit, bytes memory tail) external pure returns (string memory) {
        return Link.join(head, commit, tail);
    }
}

contract LinkTest {
    string private constant HEX = "0123456789abcdef0123456789abcdef01234567";
    LinkHarness private link = new LinkHarness();

    function test_split_takesTheParts() public view {
        assertParts("https://github.com/o/r/tree/", HEX, "/contracts/vault");
        assertParts("https://github.com/o/r/tree/", HEX, "");
        assertParts("http://127.0.0.1:8080/o/r/tree/", HEX, "/a");
    }

    function test_split_takesTheFirstPlaceThatFits() public view {
        assertParts("https://h/tree/tree/", HEX, "/p");
        assertParts("https://h/o/r/tree/main/tree/", HEX, string.concat("/tree/", HEX, "/p"));
        assertParts(string.concat("https://h/o/r/tree/", HEX, "0/tree/"), HEX, "");
    }

    function test_split_revertsForOtherForms() public {
        string[9] memory bad = [
            "",
            "https://github.com/o/r",
            "https://github.com/o/r/tree/main/contracts",
            string.concat("https://github.com/o/r/blob/", HEX, "/p"),
            "https://github.com/o/r/tree/0123456789abcdef0123456789abcdef0123456/p",
            "https://github.com/o/r/tree/0123456789abcdef0123456789abcdef012345678/p",
            "https://github.com/o/r/tree/0123456789ABCDEF0123456789abcdef01234567/p",
            "https://github.com/o/r/tree/0123456789abcdeg0123456789abcdef01234567/p",
            string.concat("/tree/", HEX, "/p")
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractLinkInvalid.selector, bad[i]));
            link.split(bad[i]);
        }
    }

    function test_split_measuresTheLength() public {
        string memory head = string.concat("https://h/tree/", HEX, "/");
        string memory longest = string.concat(head, string(letters(512 - bytes(head).length)));
        link.split(longest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractLinkTooLong.selector, 513, 512));
        link.split(string.concat(longest, "a"));
    }

    function test_commitBetween_isForThisHeadAndTailOnly() public view {
        string memory whole = string.concat("https://h/tree/", HEX, "/p");
        assertBetween("https://h/tree/", whole, "/p", true);
        assertBetween("https://g/tree/", whole, "/p", false);
        assertBetween("https://h/tree/", whole, "/q", false);
        assertBetween("https://h/tree/", whole, "/pp", false);
        assertBetween("https://hh/tree/", whole, "/", false);
        assertBetween("https://h/tree/", "https://h/tree/0123456789ABCDEF0123456789abcdef01234567/p", "/p", false);
    }

    function testFuzz_joinAndSplit_areInverse(bytes20 commit) public view {
        string memory whole = link.join("https://github.com/o/r/tree/", commit, "/p");
        (bytes memory head, bytes20 again, bytes memory tail) = link.split(whole);
        vm.assertEq(bytes32(again), bytes32(commit));
        vm.assertEq(head, "https://github.com/o/r/tree/");
        vm.assertEq(tail, "/p");
        (bool same, bytes20 third) = link.commitBetween(head, whole, tail);
        vm.assertTrue(same);
        vm.assertEq(bytes32(third), bytes32(commit));
    }

    /// @dev Of all 40-byte strings only lowercase hex is a commit.
    function testFuzz_commitBetween_refusesEveryOtherCharacter(uint8 place, bytes1 character) public view {
        bytes memory digits = bytes(HEX);
        digits[place % 40] = character;
        bool isHex = (character >= "0" && character <= "9") || (character >= "a" && character <= "f");
        string memory whole = string.concat("https://h/tree/", string(digits), "/p");
        assertBetween("https://h/tree/", whole, "/p", isHex);
    }

    function assertBetween(bytes memory head, string memory whole, bytes memory tail, bool expected) private view {
        (bool same,) = link.commitBetween(head, whole, tail);
        vm.assertTrue(same == expected);
    }

    function assertParts(string memory head, string memory digits, string memory tail) private view {
        string memory whole = string.concat(head, digits, tail);
        (bytes memory foundHead, bytes20 commit, bytes memory foundTail) = link.split(whole);
        vm.assertEq(foundHead, bytes(head));
        vm.assertEq(foundTail, bytes(tail));
        vm.assertEq(bytes32(commit), bytes32(hex"0123456789abcdef0123456789abcdef01234567"));
        vm.assertEq(link.join(foundHead, commit, foundTail), whole);
    }

    function letters(uint256 count) private pure returns (bytes memory text) {
        text = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            text[i] = "a";
        }
    }
}
