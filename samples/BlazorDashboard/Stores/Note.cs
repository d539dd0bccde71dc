namespace BlazorDashboard.Stores;

/// <summary>What somebody wrote. Notes are text, as they came.</summary>
public sealed record Note(string Id, string Text);
