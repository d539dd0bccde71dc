using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Whose an idempotency key is. A key makes the second of two messages vanish, and is guessable where it is an order's number: so it
/// counts among the messages of one publisher, on every backplane. The application itself is one, each
/// user is one, and all who have not signed in are one together.
/// </summary>
internal static class IdempotencyScope
{
    private const string Anonymous = "anonymous";

    /// <summary>128 bits tell users apart, have no more characters than that whatever the id is, and keep ids out of Redis.</summary>
    private const int HashBytes = 16;

    /// <param name="userId">The user's id; null for somebody unknown.</param>
    public static string Of(string? userId)
    {
        if (userId is null)
            return Anonymous;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(userId));
        return $"user-{Base64Url.EncodeToString(hash.AsSpan(0, HashBytes))}";
    }

    /// <summary>The key as backplanes know it. No scope has a colon, so that no two publishers' keys are the same.</summary>
    public static string? KeyOf(PublishOptions? options) => options?.IdempotencyKey is { } key ? $"{options.Scope}:{key}" : null;
}
