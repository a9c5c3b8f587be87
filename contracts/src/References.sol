// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {IReferences} from "./interfaces/IReferences.sol";
import {IRegistryTypes} from "./interfaces/IRegistryTypes.sol";
import {Codes} from "./libraries/Codes.sol";
import {Link} from "./libraries/Link.sol";

/// @title References: see IReferences
/// @dev It has no owner and cannot be upgraded. A write touches three slots however many follow; a follower's call reads
/// two: what it follows, and the implementation there.
contract References is IReferences {
    /// @dev One revision of an entry. A write changes the first three slots.
    /// @param base names the link's head and tail
    /// @param codeHash of the implementation as the revision was kept; zero where it is not kept
    struct Revision {
        address implementation;
        uint64 number;
        bytes32 contractHash;
        bytes20 commit;
        bytes32 base;
        address manager;
        bytes32 key;
        bytes32 codeHash;
    }

    /// @dev The parts of links that seldom change.
    struct Base {
        bytes head;
        bytes tail;
    }

    /// @inheritdoc IReferences
    address public immutable registry = msg.sender;

    /// @dev The current revision of an entry, under its id; one that was kept, under an id of its own.
    mapping(bytes32 id => Revision) private _revisions;
    mapping(bytes32 base => Base) private _bases;

    mapping(address follower => bytes32 id) private _followed;
    /// @dev What a proxy ran when it ceased to follow.
    mapping(address follower => address) private _left;

    // -------------------------------------------------------------------------------------------------------- managers

    /// @inheritdoc IReferences
    function write(
        bytes32 key,
        bytes32 contractHash,
        string calldata contractLink,
        address implementation_,
        bytes32 codeHash
    ) external {
        Revision storage current = _revisions[_idOf(msg.sender, key)];
        (bytes memory head, bytes20 commit, bytes memory tail) = Link.split(contractLink);
        bytes32 base = keccak256(abi.encode(head, tail));
        if (current.number == 0) (current.manager, current.key) = (msg.sender, key);
        if (current.base != base) {
            current.base = base;
            if (_bases[base].head.length == 0) _bases[base] = Base({head: head, tail: tail});
            emit LinkChanged(msg.sender, key, current.number + 1, string(head), string(tail));
        }
        _advance(current, key, contractHash, commit, implementation_, codeHash);
    }

    /// @inheritdoc IReferences
    function advance(bytes32 key, bytes32 contractHash, bytes20 commit, address implementation_, bytes32 codeHash)
        external
    {
        Revision storage current = _revisions[_idOf(msg.sender, key)];
        if (current.number == 0) revert ReferenceUnknown(msg.sender, key);
        _advance(current, key, contractHash, commit, implementation_, codeHash);
    }

    function _advance(
        Revision storage current,
        bytes32 key,
        bytes32 contractHash,
        bytes20 commit,
        address implementation_,
        bytes32 codeHash
    ) private {
        if (contractHash == 0) revert IRegistryTypes.ContractHashZero(msg.sender);
        if (implementation_ != address(0)) Codes.assertStands(implementation_, codeHash);
        else if (codeHash != 0) revert IRegistryTypes.CodeMismatch(address(0), 0, codeHash);
        (address previous, uint64 number) = (current.implementation, current.number + 1);
        if (number != 1 && (previous == address(0)) != (implementation_ == address(0))) {
            revert ImplementationUnexpected(msg.sender, key, implementation_);
        }
        emit Written(
            msg.sender, key, number, current.contractHash, previous, contractHash, implementation_, codeHash, commit
        );
        _setFirst(current, implementation_, number);
        (current.contractHash, current.commit) = (contractHash, commit);
    }

    /// @dev The first slot in one write. Member by member, each would be read and written by itself.
    function _setFirst(Revision storage revision, address implementation_, uint64 number) private {
        uint256 first = uint256(uint160(implementation_)) | (uint256(number) << 160);
        assembly ("memory-safe") {
            sstore(revision.slot, first)
        }
    }

    // ------------------------------------------------------------------------------------------------------- followers

    /// @inheritdoc IReferences
    function keep(address manager, bytes32 key) external {
        _keep(manager, key, _revisions[_idOf(manager, key)].number);
    }

    /// @dev What is current is kept now; what is not must have been.
    function _keep(address manager, bytes32 key, uint64 number) private returns (bytes32 id) {
        Revision storage current = _revisions[_idOf(manager, key)];
        if (current.number == 0) revert ReferenceUnknown(manager, key);
        id = _idOf(manager, key, number);
        if (_revisions[id].number != 0) return id;
        if (current.number != number) revert RevisionNotKept(manager, key, number, current.number);
        _revisions[id] = current;
        address kept = current.implementation;
        if (kept != address(0)) {
            Codes.assertStands(kept, kept.codehash);
            _revisions[id].codeHash = kept.codehash;
        }
        emit Kept(manager, key, number);
    }

    /// @inheritdoc IReferences
    function follow(address follower, address manager, bytes32 key, uint64 pinnedRevision) external {
        if (msg.sender != registry) revert OnlyRegistry(msg.sender);
        if (manager == address(0)) _unfollow(follower, key, pinnedRevision);
        else _follow(follower, manager, key, pinnedRevision, implementationOf(follower) != address(0));
    }

    /// @param isProxy whether it would be lost without an implementation
    function _follow(address follower, address manager, bytes32 key, uint64 pinnedRevision, bool isProxy) private {
        bytes32 id = pinnedRevision == 0 ? _idOf(manager, key) : _keep(manager, key, pinnedRevision);
        Revision storage followed = _revisions[id];
        if (followed.number == 0) revert ReferenceUnknown(manager, key);
        address followedCode = followed.implementation;
        if (isProxy && followedCode == address(0)) revert ReferenceWithoutImplementation(manager, key);
        // A pin is to the code that was kept; what follows an entry takes whatever its manager has there.
        if (followedCode != address(0)) {
            Codes.assertStands(followedCode, pinnedRevision == 0 ? followedCode.codehash : followed.codeHash);
        }
        _followed[follower] = id;
        emit Followed(follower, manager, key, pinnedRevision);
    }

    /// @dev A proxy that nobody moves any more goes on with the code that it has.
    function _unfollow(address follower, bytes32 key, uint64 pinnedRevision) private {
        if (key != 0 || pinnedRevision != 0) revert EntryOfNobody(key, pinnedRevision);
        if (_followed[follower] == 0) revert NotFollowing(follower);
        _left[follower] = implementationOf(follower);
        delete _followed[follower];
        emit Followed(follower, address(0), 0, 0);
    }

    /// @inheritdoc IReferences
    function deploy(bytes32 salt, address manager, bytes32 key, uint64 pinnedRevision, bytes calldata data)
        external
        payable
        returns (address follower)
    {
        follower = followerOf(msg.sender, salt);
        bool isRegistered = IRecords(registry).executor(follower) != address(0);
        if (follower.code.length != 0 || isRegistered) revert FollowerExists(follower);
        _follow(follower, manager, key, pinnedRevision, true);
        new BeaconProxy{salt: _saltOf(msg.sender, salt)}(address(this), "");
        emit Deployed(follower, msg.sender, salt);
        if (data.length != 0) Address.functionCallWithValue(follower, data, msg.value);
        else if (msg.value != 0) revert ValueWithoutCall(msg.value);
    }

    // ----------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IReferences
    function implementation() external view returns (address found) {
        found = implementationOf(msg.sender);
        if (found == address(0)) revert NotFollowing(msg.sender);
    }

    /// @inheritdoc IReferences
    function implementationOf(address follower) public view returns (address) {
        bytes32 id = _followed[follower];
        return id == 0 ? _left[follower] : _revisions[id].implementation;
    }

    /// @inheritdoc IReferences
    function resolve(address follower) external view returns (Reference memory found, bool isPinned) {
        bytes32 id = _followed[follower];
        found = _read(id);
        isPinned = id != 0 && managerOf(follower) == address(0);
    }

    /// @inheritdoc IReferences
    function managerOf(address follower) public view returns (address) {
        bytes32 id = _followed[follower];
        Revision storage followed = _revisions[id];
        return id == _idOf(followed.manager, followed.key) ? followed.manager : address(0);
    }

    /// @inheritdoc IReferences
    function currentReference(address manager, bytes32 key) external view returns (Reference memory) {
        return _read(_idOf(manager, key));
    }

    /// @inheritdoc IReferences
    function referenceAt(address manager, bytes32 key, uint64 revision) external view returns (Reference memory) {
        bytes32 current = _idOf(manager, key);
        return _read(_revisions[current].number == revision ? current : _idOf(manager, key, revision));
    }

    /// @inheritdoc IReferences
    function followerOf(address deployer, bytes32 salt) public view returns (address) {
        bytes32 initcodeHash = keccak256(bytes.concat(type(BeaconProxy).creationCode, abi.encode(address(this), "")));
        return Create2.computeAddress(_saltOf(deployer, salt), initcodeHash);
    }

    function _read(bytes32 id) private view returns (Reference memory found) {
        Revision storage one = _revisions[id];
        if (one.number == 0) return found;
        Base storage base = _bases[one.base];
        found.manager = one.manager;
        found.key = one.key;
        found.revision = one.number;
        found.contractHash = one.contractHash;
        found.contractLink = Link.join(base.head, one.commit, base.tail);
        found.implementation = one.implementation;
        // Not stored: code that outlived the transaction that created it stays as it is (EIP-6780).
        if (found.implementation != address(0)) found.codeHash = found.implementation.codehash;
    }

    function _idOf(address manager, bytes32 key) private pure returns (bytes32) {
        return keccak256(abi.encode(manager, key));
    }

    function _idOf(address manager, bytes32 key, uint64 number) private pure returns (bytes32) {
        return keccak256(abi.encode(manager, key, number));
    }

    function _saltOf(address deployer, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(deployer, salt));
    }
}
