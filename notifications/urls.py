"""Every address about messages and about partners' systems."""

from django.urls import URLPattern, path

from notifications.views import connections, live, messages

urlpatterns: list[URLPattern] = [
    path("messages/", messages.messages, name="messages"),
    path("messages/how/", messages.how_i_am_told, name="how-i-am-told"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("cases/<str:reference>/changes/", live.changes, name="case-changes"),
    path("connections/", connections.connections, name="connections"),
    path("connections/addresses/<int:pk>/", connections.connection, name="connection"),
    path("connections/keys/<int:pk>/", connections.api_key, name="api-key"),
]
