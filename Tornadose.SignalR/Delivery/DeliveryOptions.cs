namespace Tornadose.SignalR.Delivery;

/// <summary>What the delivery needs of the application's options.</summary>
/// <param name="KeepAlive">The silence after which a keep-alive is sent.</param>
/// <param name="DrainWindow">The time in which all subscriptions are ended when the application stops.</param>
internal sealed record DeliveryOptions(TimeSpan KeepAlive, TimeSpan DrainWindow);
