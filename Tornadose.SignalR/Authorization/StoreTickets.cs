using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Authorization;

/// <summary>
/// Tickets for <c>EventSource</c> and <c>WebSocket</c>, which cannot send headers: short-lived, for one use, bound to a user, stores and a
/// transport. Encrypted and signed by ASP.NET Core's data protection, so that the server only remembers which were used.
/// </summary>
/// <param name="protection">The application's data protection; null where it has none.</param>
/// <param name="used">Remembers the tickets that were used.</param>
/// <param name="options">The lifetime.</param>
/// <param name="revoked">The users whose earlier tickets are refused.</param>
internal sealed class StoreTickets(
    IDataProtectionProvider? protection, IReplayCache used, TornadoseOptions options, RevokedUsers revoked)
{
    public const string ServerSentEvents = "sse";
    public const string WebSocket = "websocket";

    /// <summary>A ticket travels in a URL, and servers and proxies take request lines of 8 KiB.</summary>
    public const int MaxLength = 6 * 1024;

    /// <summary>
    /// Node clocks differ: a used ticket is remembered for this much longer, so that it cannot be used again on a node that is behind.
    /// </summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly ITimeLimitedDataProtector? _protector =
        protection?.CreateProtector("Tornadose.SignalR.StoreTicket", "v1").ToTimeLimitedDataProtector();

    /// <returns>The ticket; null when the user has more claims, or asks for more stores, than a URL can hold.</returns>
    public string? Issue(ClaimsPrincipal user, DateTimeOffset? authenticatedUntil, IEnumerable<string> stores, string transport)
    {
        var protector = _protector
            ?? throw new InvalidOperationException(
                "Stream tickets are protected by ASP.NET Core's data protection. " +
                    "Add this line before the application is built: builder.Services.AddDataProtection();");
        var ticket = StoreTicket.Create(user, revoked.IssuedNow(user), authenticatedUntil, stores, transport);
        var bytes = Compress(TicketSerializer.Default.Serialize(ticket.Authentication));
        var text = Base64Url.EncodeToString(protector.Protect(bytes, options.TicketLifetime));
        return text.Length <= MaxLength ? text : null;
    }

    /// <summary>Reads a ticket without spending it: see <see cref="TrySpendAsync"/>.</summary>
    /// <returns>Null when the text is no ticket, or the ticket has expired or is for other stores or another transport.</returns>
    public StoreTicket? Read(string text, string transport, IReadOnlyCollection<string?> stores)
    {
        var ticket = _protector is not null && text.Length <= MaxLength ? Read(text, _protector) : null;
        return ticket?.IsFor(transport, stores) == true ? ticket : null;
    }

    /// <summary>Marks a ticket as used. Called last before a stream begins, so that a refused request does not spend its ticket.</summary>
    /// <returns>False when it was used before.</returns>
    /// <exception cref="StoreUnavailableException">It is not known whether it was used.</exception>
    public ValueTask<bool> TrySpendAsync(StoreTicket ticket, CancellationToken cancellationToken) =>
        used.TryAddAsync(ticket.Id, ticket.Until - DateTimeOffset.UtcNow + ClockSkew, cancellationToken);

    private static StoreTicket? Read(string text, ITimeLimitedDataProtector protector)
    {
        try
        {
            var bytes = protector.Unprotect(Base64Url.DecodeFromChars(text), out var until);
            var ticket = TicketSerializer.Default.Deserialize(Decompress(bytes));
            return ticket is null ? null : new StoreTicket(ticket) { Until = until };
        }
        catch (Exception foreign) when (foreign is FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The names of claims are long URIs that repeat.</summary>
    private static byte[] Compress(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var brotli = new BrotliStream(output, CompressionLevel.Fastest))
            brotli.Write(bytes);
        return output.ToArray();
    }

    private static byte[] Decompress(byte[] bytes)
    {
        using var output = new MemoryStream();
        using var brotli = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
        brotli.CopyTo(output);
        return output.ToArray();
    }
}
