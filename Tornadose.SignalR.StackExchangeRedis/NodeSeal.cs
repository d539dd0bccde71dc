using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Verifies that a text comes from a node and is not a replay: by a proof made with a secret that nodes read from Redis, and by the
/// numbers of each node's questions.
/// </summary>
internal sealed class NodeSeal
{
    private const int ProofBytes = 16;

    private readonly Dictionary<string, long> _heard = new(StringComparer.Ordinal); // keys are nodes that have the secret
    private byte[]? _secret;

    public bool IsKnown => _secret is not null;

    public void Learn(string secret) => _secret = Encoding.ASCII.GetBytes(secret);

    /// <summary>Makes the proof. Only once the secret is known.</summary>
    public string Prove(string text) => Prove(_secret!, text);

    public bool IsProved(string proof, string text) =>
        _secret is { } secret
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Prove(secret, text)), Encoding.UTF8.GetBytes(proof));

    /// <summary>Whether a proved question is new. Each node numbers its questions upwards.</summary>
    public bool IsNew(string asker, string number)
    {
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
            return false;
        lock (_heard) // each channel has a thread of its own, and a question may be replayed on the other one at the same moment
        {
            if (asked <= _heard.GetValueOrDefault(asker))
                return false;
            _heard[asker] = asked;
            return true;
        }
    }

    /// <summary>Forgets the numbers of a node that is gone.</summary>
    public void Forget(string node)
    {
        lock (_heard)
            _heard.Remove(node);
    }

    private static string Prove(byte[] secret, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)).AsSpan(0, ProofBytes));
}
