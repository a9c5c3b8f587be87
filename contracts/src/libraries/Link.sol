// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";

/// @title Contract links, packed: `head` and `tail` seldom change, so that a new commit costs 20 bytes
/// @dev link = head ‖ commit in 40 lowercase hex digits ‖ tail. head ends with "/tree/"; tail is empty or begins with "/".
library Link {
    uint256 internal constant MAX_LENGTH = 512;

    uint256 private constant COMMIT_LENGTH = 40;
    bytes6 private constant TREE = "/tree/";

    /// @dev One in each of the 32 bytes of a word.
    uint256 private constant EACH = 0x0101010101010101010101010101010101010101010101010101010101010101;

    /// @notice Takes a link apart, at the first place where "/tree/" and a commit stand.
    /// @dev Which place it is decides nothing: put together again, the parts give exactly the same link. Host and path are
    /// not judged here either: what is not canonical, readers refuse before anyone signs (§1).
    function split(string calldata contractLink)
        internal
        pure
        returns (bytes memory head, bytes20 commit, bytes memory tail)
    {
        bytes calldata link = bytes(contractLink);
        if (link.length > MAX_LENGTH) revert IRegistryTypes.ContractLinkTooLong(link.length, MAX_LENGTH);
        for (uint256 start = TREE.length + 1; start + COMMIT_LENGTH <= link.length; ++start) {
            if (link[start - 1] != "/" || bytes6(link[start - TREE.length:start]) != TREE) continue;
            uint256 end = start + COMMIT_LENGTH;
            if (end < link.length && link[end] != "/") continue;
            bool valid;
            (valid, commit) = parseCommit(link, start);
            if (valid) return (link[:start], commit, link[end:]);
        }
        revert IRegistryTypes.ContractLinkInvalid(contractLink);
    }

    /// @notice The commit of a link with the same head and tail as those that lie in `code` from `headAt` and `tailAt` on;
    /// `same` is false where it has others.
    function commitBetween(bytes memory code, uint256 headAt, uint256 tailAt, string calldata contractLink)
        internal
        pure
        returns (bool same, bytes20 commit)
    {
        bytes calldata link = bytes(contractLink);
        uint256 head = tailAt - headAt;
        if (link.length != code.length - headAt + COMMIT_LENGTH) return (false, 0);
        if (!isBetween(code, headAt, tailAt, link)) return (false, 0);
        return parseCommit(link, head);
    }

    /// @dev With the stored head and tail written over its own, the link is the same.
    function isBetween(bytes memory code, uint256 headAt, uint256 tailAt, bytes calldata link)
        private
        pure
        returns (bool same)
    {
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            let stored := add(code, 0x20)
            let head := sub(tailAt, headAt)
            calldatacopy(buffer, link.offset, link.length)
            let found := keccak256(buffer, link.length)
            mcopy(buffer, add(stored, headAt), head)
            mcopy(add(buffer, add(head, COMMIT_LENGTH)), add(stored, tailAt), sub(mload(code), tailAt))
            same := eq(found, keccak256(buffer, link.length))
        }
    }

    /// @notice The link in full.
    function join(bytes memory head, bytes20 commit, bytes memory tail) internal pure returns (string memory) {
        (bytes32 first, bytes8 last) = toHex(commit);
        return string(bytes.concat(head, first, last, tail));
    }

    /// @dev The 40 digits from `start` on, which the caller knows to be there.
    function parseCommit(bytes calldata link, uint256 start) private pure returns (bool valid, bytes20 commit) {
        bytes32 first;
        bytes32 last;
        assembly ("memory-safe") {
            first := calldataload(add(link.offset, start))
            // The last 8 digits, behind 24 of the first 32.
            last := calldataload(add(link.offset, add(start, 8)))
        }
        (bool validFirst, uint256 high) = fromHex(first);
        (bool validLast, uint256 low) = fromHex(last);
        return (validFirst && validLast, bytes20(uint160((high << 32) | uint32(low))));
    }

    function toHex(bytes20 commit) private pure returns (bytes32 first, bytes8 last) {
        first = toHex16(bytes16(commit));
        last = bytes8(toHex16(bytes16(commit << 128)));
    }

    /// @dev 16 bytes to 32 lowercase hex digits, all at once: spread the nibbles one to a byte by halving the distance
    /// five times, then add "0", and 39 more ("a" − "0" − 10) where the nibble is above 9.
    function toHex16(bytes16 value) private pure returns (bytes32) {
        uint256 x = uint256(bytes32(value));
        x = (x | (x >> 64)) & 0xffffffffffffffff0000000000000000ffffffffffffffff0000000000000000;
        x = (x | (x >> 32)) & 0xffffffff00000000ffffffff00000000ffffffff00000000ffffffff00000000;
        x = (x | (x >> 16)) & 0xffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000;
        x = (x | (x >> 8)) & 0xff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00;
        x = ((x >> 4) & 0x0f000f000f000f000f000f000f000f000f000f000f000f000f000f000f000f00)
            | ((x >> 8) & 0x000f000f000f000f000f000f000f000f000f000f000f000f000f000f000f000f);
        // A nibble above 9 carries into bit 4 when 6 is added.
        unchecked {
            uint256 letters = ((x + EACH * 6) >> 4) & EACH;
            return bytes32(x + EACH * 0x30 + letters * 39);
        }
    }

    /// @dev 32 lowercase hex digits to 16 bytes, the reverse of {toHex16}: valid exactly where that gives the same digits
    /// again. A digit has 3 as its high nibble and at most 9 as its low one; a letter 6, and 1 to 6.
    function fromHex(bytes32 digits) private pure returns (bool valid, uint256 x) {
        unchecked {
            uint256 low = uint256(digits) & (EACH * 0x0f);
            uint256 letters = (uint256(digits) >> 6) & EACH;
            x = low + letters * 9;
            valid = uint256(digits) == low + (EACH + letters) * 0x30 && ((x + EACH * 6) >> 4) & EACH == letters
                && x & (EACH * 0xf0) == 0;
        }
        x = (x | (x >> 4)) & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
        x = (x | (x >> 8)) & 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
        x = (x | (x >> 16)) & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
        x = (x | (x >> 32)) & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
        x = uint128(x | (x >> 64));
    }
}
