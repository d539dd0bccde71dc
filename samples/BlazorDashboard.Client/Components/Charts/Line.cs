namespace BlazorDashboard.Components.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Label">What it is called.</param>
/// <param name="Value">Its value in a message; null where there is none.</param>
public sealed record Line<T>(string Label, Func<T, double?> Value);
