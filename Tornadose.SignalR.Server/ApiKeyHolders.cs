using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace Tornadose.SignalR.Server;

/// <summary>The holders of the keys. Keys are compared by their hashes, in constant time.</summary>
internal sealed class ApiKeyHolders
{
    private const int ShortestSecret = 16;

    private readonly Dictionary<string, ApiKey> _keys;
    private readonly (string Holder, byte[] Hash)[] _hashes;

    public ApiKeyHolders(Dictionary<string, ApiKey> keys)
    {
        foreach (var (holder, key) in keys)
            if (key.Secret.Length < ShortestSecret)
                throw new InvalidOperationException($"Server:Keys:{holder}:Secret must have at least {ShortestSecret} characters.");
        if (keys.GroupBy(static key => key.Value.Secret).FirstOrDefault(static same => same.Count() > 1) is { } shared)
            throw new InvalidOperationException(
                $"{string.Join(" and ", shared.Select(static key => $"Server:Keys:{key.Key}"))} have the same Secret: "
                + "their holders could not be told apart.");
        _keys = keys;
        _hashes = [.. keys.Select(static key => (key.Key, Hash(key.Value.Secret)))];
    }

    public ApiKey? Of(ClaimsPrincipal user) =>
        user.Identity is { IsAuthenticated: true, Name: { } name } ? _keys.GetValueOrDefault(name) : null;

    /// <summary>The holder of a secret; null if it is unknown.</summary>
    public string? Find(string secret)
    {
        var hash = Hash(secret);
        string? found = null;
        foreach (var (holder, known) in _hashes)
            if (CryptographicOperations.FixedTimeEquals(hash, known))
                found = holder;
        return found;
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
