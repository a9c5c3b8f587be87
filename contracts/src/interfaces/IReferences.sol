// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBeacon} from "@openzeppelin/contracts/proxy/beacon/IBeacon.sol";

/// @title References: one entry that a whole fleet of contracts follows
/// @notice A manager (a record's executor, say, which its signers move) writes what a key refers to; every follower of it
/// moves at once. Following is the follower's own consent: by its signers, or by whoever deploys it here.
/// @dev docs/protocol.md §3 (References).
interface IReferences is IBeacon {
    /// @notice What a manager wrote under a key.
    /// @param revision counts what was written there, from 1; zero where nothing is
    /// @param contractHash tree hash (§2) of the source directory
    /// @param contractLink `BASE/tree/COMMIT[/PATH]`
    /// @param implementation what followers' proxies run; zero where the entry is for records alone
    /// @param codeHash of the implementation
    struct Reference {
        address manager;
        bytes32 key;
        uint64 revision;
        bytes32 contractHash;
        string contractLink;
        address implementation;
        bytes32 codeHash;
    }

    /// @notice An entry was written for the first time (the previous members are zero), or again.
    /// @param commit of the link, whose other parts the last {LinkChanged} of the entry told
    event Written(
        address indexed manager,
        bytes32 indexed key,
        uint64 indexed revision,
        bytes32 previousHash,
        address previousImplementation,
        bytes32 contractHash,
        address implementation,
        bytes32 codeHash,
        bytes20 commit
    );

    /// @notice The entry's links are `head ‖ commit in 40 hex digits ‖ tail` from this revision on.
    event LinkChanged(address indexed manager, bytes32 indexed key, uint64 indexed revision, string head, string tail);

    /// @notice The current revision stays to be pinned, also after the next one is written.
    event Kept(address indexed manager, bytes32 indexed key, uint64 indexed revision);

    /// @notice A contract follows an entry, or one revision of it, from now on. Manager zero: it stays as it is.
    event Followed(address indexed follower, address indexed manager, bytes32 indexed key, uint64 pinnedRevision);

    /// @notice A follower was created here.
    event Deployed(address indexed follower, address indexed deployer, bytes32 salt);

    error OnlyRegistry(address sender);
    /// @notice Nothing was written there, so nobody can follow it.
    error ReferenceUnknown(address manager, bytes32 key);
    /// @notice Only the current revision, and what was kept while it was current, can be pinned.
    error RevisionNotKept(address manager, bytes32 key, uint64 found, uint64 current);
    /// @notice An entry is for proxies or for records alone, as its first revision was.
    error ImplementationUnexpected(address manager, bytes32 key, address found);
    /// @notice A proxy needs an implementation, and this entry has none.
    error ReferenceWithoutImplementation(address manager, bytes32 key);
    /// @notice Manager zero ends a following, and names no entry.
    error EntryOfNobody(bytes32 key, uint64 pinnedRevision);
    error NotFollowing(address follower);
    /// @notice This deployer has used this salt, or the address was registered.
    error FollowerExists(address follower);
    /// @notice Without a call nobody takes the ether.
    error ValueWithoutCall(uint256 value);

    // ------------------------------------------------------------------------------------------------------- managers

    /// @notice Writes the next revision of the caller's entry. Every follower that is not pinned moves at once.
    /// @param implementation zero: the entry is for records alone, then and from then on
    /// @param codeHash what must stand at the implementation; zero where there is none
    function write(
        bytes32 key,
        bytes32 contractHash,
        string calldata contractLink,
        address implementation,
        bytes32 codeHash
    ) external;

    /// @notice As {write}, where nothing of the link but its commit differs from that of the revision before.
    function advance(bytes32 key, bytes32 contractHash, bytes20 commit, address implementation, bytes32 codeHash)
        external;

    // ------------------------------------------------------------------------------------------------------ followers

    /// @notice Keeps the current revision, so that it can be pinned later. Anyone may, and pays for it.
    function keep(address manager, bytes32 key) external;

    /// @notice Enters what a registered contract follows: by the registry, which has its signers' consent.
    /// @param manager zero: the contract follows nothing, and a proxy stays at what it runs
    /// @param pinnedRevision zero: each revision as it comes
    function follow(address follower, address manager, bytes32 key, uint64 pinnedRevision) external;

    /// @notice Deploys a proxy that follows an entry, at {followerOf} the caller and the salt.
    /// @param data an initial call to the proxy, with the ether that was sent; empty: none
    function deploy(bytes32 salt, address manager, bytes32 key, uint64 pinnedRevision, bytes calldata data)
        external
        payable
        returns (address follower);

    // ---------------------------------------------------------------------------------------------------------- views

    /// @notice The beacon's answer to the proxy that asks: its pin, else its reference.
    function implementation() external view override returns (address);

    /// @notice What {implementation} answers to that follower.
    function implementationOf(address follower) external view returns (address);

    /// @notice What a contract follows, at the revision that it is at; all zero where it follows nothing.
    function resolve(address follower) external view returns (Reference memory found, bool isPinned);

    /// @notice Who can move this contract by his next write; zero where nobody can.
    function managerOf(address follower) external view returns (address);

    /// @notice The current revision; all zero where nothing was written.
    function currentReference(address manager, bytes32 key) external view returns (Reference memory);

    /// @notice The current revision, or one that was kept; all zero where it was not.
    function referenceAt(address manager, bytes32 key, uint64 revision) external view returns (Reference memory);

    /// @notice Where {deploy} puts a follower: it depends on the deployer and the salt alone.
    function followerOf(address deployer, bytes32 salt) external view returns (address);

    /// @notice The registry whose signers decide what a registered contract follows.
    function registry() external view returns (address);
}
