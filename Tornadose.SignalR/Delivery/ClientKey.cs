using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>Whom a request is counted for, to the limits per user: the user who has signed in, else the address it comes from.</summary>
internal static class ClientKey
{
    private const int NetworkBytes = 8;

    public static string? Of(HttpContext context, TornadoseOptions options)
    {
        if (options.LimitKey is { } own)
            return own(context);
        return options.UserId(RequestParts.User(context)) is { } user ? $"user {user}" : Of(RequestParts.RemoteAddress(context));
    }

    /// <summary>Of IPv6 the network: whoever has one address there has 2⁶⁴ of them.</summary>
    private static string? Of(IPAddress? address)
    {
        if (address is null)
            return null;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"network {Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes))}"
            : $"address {address}";
    }
}
