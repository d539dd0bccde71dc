using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;

namespace Tornadose.SignalR.Authorization;

/// <summary>
/// The content of a ticket: who may open one stream, of which stores, over which transport. Its lifetime is part of its protection. The
/// properties' <c>ExpiresUtc</c> is the end of the user's own authentication, which ends the stream as well.
/// </summary>
/// <param name="ticket">The principal, and the rest as its properties.</param>
internal sealed class StoreTicket(AuthenticationTicket ticket)
{
    private const string IdKey = "id";
    private const string IssuedKey = "issued";
    private const string StoresKey = "stores";
    private const string TransportKey = "transport";

    /// <summary>Store names contain no space.</summary>
    private const char Separator = ' ';

    public AuthenticationTicket Authentication => ticket;

    public ClaimsPrincipal User => ticket.Principal;

    public string Id => Item(IdKey);

    /// <summary>When it was issued. Not the properties' <c>IssuedUtc</c>, which has whole seconds only.</summary>
    public DateTimeOffset Issued => new(long.Parse(Item(IssuedKey), CultureInfo.InvariantCulture), TimeSpan.Zero);

    public string Transport => Item(TransportKey);

    /// <summary>When it expires. Known once it was read; until then <see cref="DateTimeOffset.MaxValue"/>.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;

    private string[] Stores => Item(StoresKey).Split(Separator);

    public static StoreTicket Create(
        ClaimsPrincipal user, DateTimeOffset issued, DateTimeOffset? authenticatedUntil, IEnumerable<string> stores, string transport)
    {
        var properties = new AuthenticationProperties(new Dictionary<string, string?>
        {
            [IssuedKey] = issued.UtcTicks.ToString(CultureInfo.InvariantCulture),
            [IdKey] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            [StoresKey] = string.Join(Separator, stores),
            [TransportKey] = transport,
        })
        { ExpiresUtc = authenticatedUntil };
        return new(new AuthenticationTicket(WithoutTokens(user), properties, StoreTicketDefaults.AuthenticationScheme));
    }

    public bool IsFor(string transport, IReadOnlyCollection<string?> stores) =>
        stores.Count > 0 && transport == Transport && stores.All(Stores.Contains);

    /// <summary>Some schemes keep the user's token in the identity. It must not get into a URL, not even encrypted.</summary>
    private static ClaimsPrincipal WithoutTokens(ClaimsPrincipal user)
    {
        var copy = user.Clone();
        foreach (var identity in copy.Identities)
            identity.BootstrapContext = null;
        return copy;
    }

    private string Item(string key) => ticket.Properties.Items[key]!;
}
