using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// The scope of an idempotency key: the messages of one publisher, on every backplane. A key suppresses the second of two messages, and
/// can be guessed if it is an order number, so it must not reach other publishers' messages. The application is one publisher, each user
/// is one, and all anonymous users together are one.
/// </summary>
internal static class IdempotencyScope
{
    private const string Anonymous = "anonymous";

    /// <summary>128 bits tell users apart, have a bounded length whatever the id is, and keep ids out of Redis.</summary>
    private const int HashBytes = 16;

    /// <param name="userId">The user's id; null for an anonymous user.</param>
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
